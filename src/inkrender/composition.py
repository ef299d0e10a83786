"""How negative space is asked for: presets, priors of composition, and the names mattes go by. Words only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .errors import SceneError, did_you_mean

PresetName = Literal["literati", "song_corner", "half_side", "modern", "full", "night"]

FEATURES = ("light", "sat", "flat", "border", "depth", "mist", "alpha")

# which part of the sheet is painted -> which way the rest lies: across, down
DIRECTIONS: Mapping[str, tuple[float, float]] = {
    "lower_left": (1.0, -1.0),
    "lower_right": (-1.0, -1.0),
    "upper_left": (1.0, 1.0),
    "upper_right": (-1.0, 1.0),
    "left": (1.0, 0.0),
    "right": (-1.0, 0.0),
    "lower": (0.0, -1.0),
    "upper": (0.0, 1.0),
}
ALIASES: Mapping[str, str] = {"corner": "lower_left", "half_side": "left"}
PRIORS = (*DIRECTIONS, *ALIASES, "thirds")
STRENGTH = 0.3  # how far a prior moves the potential, whose features lie in 0..1
SOFT = 0.15  # over how much of the potential ink fades into mist

_PICTURE = re.compile(r".*\.(png|jpe?g|tiff?|exr|bmp|webp)$", re.IGNORECASE)


@dataclass(frozen=True)
class Preset:
    """A target share of bare paper, with the composition and the weights that belong to it."""

    target: float
    prior: str | None = None
    strength: float = STRENGTH
    weights: Mapping[str, float] = field(default_factory=dict)
    soft: float = SOFT


PRESETS: Mapping[str, Preset] = {
    # Song and Yuan literati landscapes: most of the old masters are mostly empty (Leonardo 55(1), 2022)
    "literati": Preset(0.60, soft=0.12),
    # Ma Yuan: one corner painted, the other half of the sheet almost empty
    "song_corner": Preset(0.55, "lower_left", 0.8, soft=0.12),
    # Xia Gui: one side painted
    "half_side": Preset(0.50, "left", 0.4),
    # colour goes last: what is left of a full sheet should be what is worth looking at
    "modern": Preset(0.35, weights={"sat": 0.35}),
    "full": Preset(0.15, weights={"sat": 0.35}),
    # in the dark light is the subject, not the paper: what gives way is mist, sky and what joins the border
    # dark washes end soon, or half the night is fog
    "night": Preset(0.10, weights={"light": 0.0, "sat": 0.0, "mist": 0.8}, soft=0.09),
}


@dataclass(frozen=True)
class MatteName:
    """A matte by name. kind: crypto (objects), id (object indices), pass (a channel), file, layer."""

    kind: Literal["crypto", "id", "pass", "file", "layer"]
    name: str


FORMS = '"crypto:NAME", "id:7", "pass:CHANNEL" or a file such as "mattes/hero.####.png"'


def matte_name(text: str, layers: tuple[str, ...] = ()) -> MatteName:
    """What a word of `protect` or `reserve` means: a layer's name first, then one of FORMS.

    layers: the names of the scene's layers. Raises SceneError for a word that is none of these.
    """
    if text in layers:
        return MatteName("layer", text)
    kind, colon, name = text.partition(":")
    if colon and kind in ("crypto", "pass") and name.strip():
        return MatteName(kind, name.strip())  # type: ignore[arg-type]
    if colon and kind == "id":
        if not re.fullmatch(r"\s*\d+\s*(,\s*\d+\s*)*", name):
            raise SceneError(f'"{text}" names no object index: write "id:7" or "id:3, 7"')
        return MatteName("id", name.strip())
    if _PICTURE.match(text):
        return MatteName("file", text)
    there = f"the scene has {', '.join(layers)}" if layers else "the scene has none"
    raise SceneError(
        f'names unknown layer "{text}"{did_you_mean(text, layers)}: {there}; a matte is written {FORMS}'
    )


def prior_name(text: str) -> str:
    """A prior as `potential` takes it: a direction, "thirds", or the file of a painted map.

    Raises SceneError for a word that is none of these.
    """
    if text in DIRECTIONS or text == "thirds" or _PICTURE.match(text):
        return text
    if text in ALIASES:
        return ALIASES[text]
    near = did_you_mean(text, PRIORS)
    raise SceneError(f'prior "{text}" is not known{near}: use {", ".join(PRIORS)}, or a picture file')
