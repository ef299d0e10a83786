"""Dissolve: one picture thins out while the other soaks in: a straight mix of their absorbances."""

from typing import NamedTuple

from inkrender.shader import At, Ink, mix, transition


class Dissolve(NamedTuple):
    """Nothing to set: the transition's own frames are its length."""


@transition
def shade(a: Ink, b: Ink, at: At, p: Dissolve) -> Ink:
    return Ink(mix(a.r, b.r, at.u), mix(a.g, b.g, at.u), mix(a.b, b.b, at.u), mix(a.cover, b.cover, at.u))
