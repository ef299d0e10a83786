"""What inkrender tells a user who gave it something it cannot use.

Every message says where, what was given and what would do; `exit_code` is the command line's.
"""

from __future__ import annotations


class InkError(Exception):
    """A mistake in the input, not in inkrender: shown without a traceback."""

    exit_code = 2


class SceneError(InkError):
    """A film, scene or look file says something that cannot be meant."""


class ShaderError(InkError):
    """A shader is missing, breaks its contract, or was given a parameter it does not take."""


class PlateError(InkError):
    """An input picture, sequence, film, sound or font is missing or unreadable."""

    exit_code = 3


class DeliverError(InkError):
    """Encoding failed, or the file that was written is not what was asked for."""

    exit_code = 4


class RefusedError(InkError):
    """Refused before the first frame: no room, no memory, or a folder that cannot be written."""

    exit_code = 5


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """' (did you mean "massif"?)' or '' for a word that resembles nothing known."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""
