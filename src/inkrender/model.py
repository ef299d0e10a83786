"""What all models have in common: frozen, strict about keys, and numbers that may be keyed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from .errors import SceneError, did_you_mean
from .timing import EASINGS, Key, is_keyed, parse_keys
from .validation import explain, quoted

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass

    class _Given(ModelMetaclass):
        """Without pydantic's own promise about fields, by which mypy refuses what files may say: a list for a
        tuple, "24" for a rate, a dict for a shader."""
else:
    _Given = type(BaseModel)


class Mistake(NamedTuple):
    """Something that cannot be meant, and the keys that lead to it: (("liubai", "protect", 0), "...")."""

    path: tuple[str | int, ...]
    what: str


def refuse(mistakes: list[Mistake]) -> None:
    """Raise all mistakes of a model at once, each with its place (nothing to say: nothing happens)."""
    if mistakes:
        text = "; ".join(f"{'.'.join(map(str, m.path))}: {m.what}" for m in mistakes)
        raise PydanticCustomError("mistakes", "{text}", {"text": text, "mistakes": mistakes})


# numbers that may be keyed --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keyed:
    """A number, or `size` numbers, inside bounds; constant or keyed. Stored as float, tuple, tuple of Key."""

    lo: float
    hi: float
    size: int = 1
    words: bool = False  # a name may stand there instead (an anchor)
    optional: bool = False  # None may stand there: something else says the number

    def read(self, given: Any) -> Any:
        """What was written -> what is stored; ValueError says what would do."""
        if (self.words and isinstance(given, str) and given) or (self.optional and given is None):
            return given
        try:
            if is_keyed(given):
                keys = parse_keys(given)
                return tuple(k._replace(value=self._one(k.value, f"at frame {k.frame:g}: ")) for k in keys)
            return self._one(given, "")
        except SceneError as error:
            raise PydanticCustomError("keyed", "{text}", {"text": str(error)}) from None

    def _one(self, value: Any, where: str) -> Any:
        if self.size > 1:
            if not isinstance(value, (list, tuple)) or len(value) != self.size:
                raise SceneError(
                    f"{where}{quoted(plain(value))} is not {self.size} numbers in brackets{self._or_name()}"
                )
            return tuple(self._number(v, where) for v in value)
        return self._number(value, where)

    def _number(self, value: Any, where: str) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            raise SceneError(f"{where}{quoted(plain(value))} is not a number{self._or_name()}")
        if not self.lo <= value <= self.hi:
            raise SceneError(f"{where}{value:g} is outside {self.lo:g} to {self.hi:g}")
        return float(value)

    def _or_name(self) -> str:
        return " or the name of an anchor" if self.words else ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(plain)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        value: dict[str, Any] = {"type": "number", "minimum": self.lo, "maximum": self.hi}
        if self.size > 1:
            value = {"type": "array", "items": value, "minItems": self.size, "maxItems": self.size}
        key = {
            "type": "array",
            "prefixItems": [{"type": "number"}, value, {"enum": list(EASINGS)}],
            "minItems": 2,
            "maxItems": 3,
        }
        forms: list[dict[str, Any]] = [value, {"type": "array", "items": key, "minItems": 1}]
        return {"anyOf": [*forms, {"type": "string"}] if self.words else forms}


Number = float | tuple[Key, ...]
Pair = tuple[float, float] | tuple[Key, ...]
Triple = tuple[float, float, float] | tuple[Key, ...]

Share = Annotated[Number, Keyed(0, 1)]


def plain(value: Any) -> Any:
    """A stored value as TOML has it: keys to lists, tuples to lists, easing left out where linear."""
    if isinstance(value, Key):
        row = [value.frame, plain(value.value)]
        return row if value.easing == "linear" else [*row, value.easing]
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def _stored(given: Any) -> Any:
    """A shader's parameters as they are kept: lists as tuples, only what TOML can hold."""
    if isinstance(given, (list, tuple)):
        return tuple(_stored(v) for v in given)
    if isinstance(given, dict):
        for name in given:
            if not isinstance(name, str):
                raise PydanticCustomError(
                    "parameter", "the name of a parameter is text, not {n}", {"n": name}
                )
        return {name: _stored(v) for name, v in given.items()}
    if isinstance(given, (str, bool, int)) or (isinstance(given, float) and math.isfinite(given)):
        return given
    if hasattr(given, "tolist"):  # a NumPy number or array
        return _stored(given.tolist())
    raise PydanticCustomError(
        "parameter", "{v} is not a number, a text, true, false or a list of them", {"v": quoted(given)}
    )


Parameters = Annotated[dict[str, Any], BeforeValidator(_stored), PlainSerializer(plain)]


# models ---------------------------------------------------------------------------------------------------


class Model(BaseModel, metaclass=_Given):
    """Frozen; an unknown key is an error. Equal when all but the folder they were read from is equal."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
    # where a model was read from says nothing about what it is
    _PLACE: ClassVar[tuple[str, ...]] = ("folder", "source")

    def __init__(self, **given: Any) -> None:
        """Built in Python. Raises SceneError with every mistake, in the words that files are told in."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise SceneError(explain(type(self), error, given)) from None

    # a model inside another one is validated as part of it, so that a mistake keeps its place
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        names = [n for n in type(self).model_fields if n not in self._PLACE]
        return all(getattr(self, n) == getattr(other, n) for n in names)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler.resolve_ref_schema(handler(schema))
        if names := keyable(cls):
            about = f"Keys by name, [[frame, value, easing], ...], for {', '.join(names)}."
            told.setdefault("properties", {}).setdefault("keys", {"type": "object", "description": about})
        return told

    __hash__ = None  # type: ignore[assignment]  # parameters are dictionaries

    @model_validator(mode="before")
    @classmethod
    def _merge_keys(cls, data: Any) -> Any:
        """keys.NAME -> NAME, keys."with.NAME" -> with.NAME; the parts of a rig stay in `keys`."""
        if not isinstance(data, dict) or not isinstance(data.get("keys"), dict):
            return data
        merged: dict[str, Any] = {k: v for k, v in data.items() if k != "keys"}
        rest, mistakes = {}, []
        for name, value in flat(data["keys"]):
            table, _, parameter = name.partition(".")
            spot = merged
            if table == "with" and parameter and "rig" not in data:
                kept = "with_" if "with_" in data else "with"
                spot = merged[kept] = dict(merged.get(kept, {}))
                target = parameter
            elif "rig" in data and "." in name:
                rest[name] = value
                continue
            else:
                target = name
                if name not in keyable(cls):
                    near = did_you_mean(name, keyable(cls))
                    mistakes.append(Mistake(("keys", name), f"{name} cannot be keyed{near}: {_offer(cls)}"))
                    continue
            if target in spot:
                mistakes.append(
                    Mistake(("keys", name), f"{name} is given twice, here and as {name}: keep one of them")
                )
            spot[target] = value
        refuse(mistakes)
        return {**merged, "keys": rest} if rest else merged


def flat(table: dict[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    """The values of nested tables with their dotted names: {"arm": {"rotate": 5}} gives ("arm.rotate", 5)."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def keyable(cls: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that may be keyed."""
    found = cls.model_fields.items()
    return tuple(name for name, f in found if any(isinstance(m, Keyed) for m in f.metadata))


def _offer(cls: type[BaseModel]) -> str:
    names = keyable(cls)
    parts = (
        " and, on a rig, PART.rotate, .x, .y, .scale, .opacity, .bend" if "rig" in cls.model_fields else ""
    )
    with_ = ', "with.PARAMETER"' if "with_" in cls.model_fields else ""
    return f"what can is {', '.join(names)}{with_}{parts}" if names else "nothing here can"


class Overlay(Model):
    """A table that may lie over another of its kind: what it says counts, what it leaves out shows through.

    A value that was given counts as said, even where it is the default: it is written, and it makes unequal.
    """

    def said(self) -> tuple[str, ...]:
        """The fields that were given, in order; None, and a table inside that says nothing, are not."""
        given = (n for n in type(self).model_fields if n in self.model_fields_set)
        return tuple(n for n in given if _says(getattr(self, n)))

    def over(self, other: Self) -> Self:
        """What this one says, and besides it what the other says; field by field, tables inside as well."""
        new = {}
        for name in self.said():
            mine, below = getattr(self, name), getattr(other, name)
            new[name] = mine.over(below) if isinstance(mine, Overlay) else mine
        return other.model_copy(update=new)

    def __eq__(self, other: object) -> bool:
        same = super().__eq__(other)
        return same and self.said() == other.said() if isinstance(other, Overlay) else same

    __hash__ = None  # type: ignore[assignment]

    @model_serializer(mode="wrap")
    def _all_said(self, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        told: dict[str, Any] = write(self)
        for name in self.said():
            alias = type(self).model_fields[name].serialization_alias
            told.setdefault(alias if info.by_alias and alias else name, plain(getattr(self, name)))
        return told


def _says(value: Any) -> bool:
    return value is not None and not (isinstance(value, Overlay) and not value.said())


class ShaderUse(Model):
    """A shader by name, and its parameters beside it: { use = "granulate", amount = 0.4 }."""

    use: str = Field(min_length=1, description="Name of the shader: its file's name without .py.")
    with_: Parameters = Field(
        default_factory=dict,
        validation_alias="with",
        serialization_alias="with",
        description="Parameters; every number may be keyed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"use": data}
        if not isinstance(data, dict):
            return data
        given = {k: v for k, v in data.items() if k not in ("use", "with", "with_")}
        inner = data.get("with", data.get("with_", {}))
        if not isinstance(inner, dict):
            return data
        return {**({"use": data["use"]} if "use" in data else {}), "with": {**inner, **given}}

    @model_serializer(mode="plain")
    def _spread(self) -> dict[str, Any]:
        return {"use": self.use, **plain(self.with_)}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        told = handler.resolve_ref_schema(handler(schema))
        told.get("properties", {}).pop("with", None)
        told["additionalProperties"] = True
        return told
