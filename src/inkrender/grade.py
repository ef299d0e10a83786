"""A grade as files and scripts say it: every number may be keyed, and what is neutral does nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .model import Keyed, Mistake, Model, Number, Share, Triple, refuse


class Cdl(Model):
    """ASC CDL: out = (in * slope + offset) ^ power, then saturation about luma."""

    slope: Annotated[Triple, Keyed(0, 16, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="Red, green, blue; 0 to 16; may be keyed."
    )
    offset: Annotated[Triple, Keyed(-4, 4, size=3)] = Field(
        default=(0.0, 0.0, 0.0), description="Red, green, blue; -4 to 4; may be keyed."
    )
    power: Annotated[Triple, Keyed(0.01, 16, size=3)] = Field(
        default=(1.0, 1.0, 1.0), description="Red, green, blue; 0.01 to 16; may be keyed."
    )
    saturation: Annotated[Number, Keyed(0, 8)] = Field(
        default=1.0, description="0 grey, 1 unchanged; to 8; may be keyed."
    )


class Hint(Model):
    """An accent of one hue, rationed: the lit windows of a blue night."""

    hue: float = Field(ge=0, le=360, description="OKLCh hue in degrees.")
    share: tuple[float, float] = Field(
        default=(0.005, 0.015), description="Least and most of the frame it may take; 0 to 1."
    )
    where: str = Field(
        default="background", min_length=1, description='"background", or the name of a layer.'
    )

    @model_validator(mode="after")
    def _ordered(self) -> Hint:
        if not 0 <= self.share[0] <= self.share[1] <= 1:
            refuse([Mistake(("share",), f"share {list(self.share)} is not [least, most] within 0 to 1")])
        return self


class Grade(Model):
    """How a scene's colours are turned after painting; bare paper stays paper."""

    in_: Literal["ink", "light"] | None = Field(
        default=None,
        validation_alias="in",
        serialization_alias="in",
        description="On the ink (default in scenes of ink) or on the developed frame (default otherwise).",
    )
    space: str = Field(
        default="srgb", min_length=1, description="Where it works: srgb, linear, log, or an OCIO name."
    )
    cdl: Cdl = Field(default_factory=Cdl, description="Slope, offset, power and saturation.")
    chroma: Annotated[Number, Keyed(0, 8)] = Field(
        default=1.0, description="OKLCh chroma; 0 grey, 1 unchanged; to 8; may be keyed."
    )
    lut: str | None = Field(
        default=None, min_length=1, description="A .cube file, relative to this file's folder."
    )
    mix: Share = Field(
        default=1.0, description="How much of the grade; 0 leaves the picture as it is; may be keyed."
    )
    hint: Hint | None = Field(default=None, description="A rationed accent.")
