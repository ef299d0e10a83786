"""inkrender: ink-wash film from frame sequences, drawings and procedural layers.

`import inkrender as ink`. Everything here is loaded when it is first used: importing inkrender loads neither
numba, OpenCV, OpenImageIO, imageio, PyAV nor MoviePy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `as`: type checkers take only such names for public
    from .arrays import grade as grade, liubai as liubai, write_grade as write_grade
    from .canvas import (
        blank_canvas as blank_canvas,
        develop as develop,
        lay as lay,
        lift as lift,
        light_to_ink as light_to_ink,
        over as over,
        wash as wash,
    )
    from .errors import (
        DeliverError as DeliverError,
        InkError as InkError,
        PlateError as PlateError,
        RefusedError as RefusedError,
        SceneError as SceneError,
        ShaderError as ShaderError,
    )
    from .film import Film as Film, Scene as Scene, load as load, look as look, read as read
    from .frame import Frame as Frame
    from .mood import MoodKey as MoodKey, moods as moods
    from .scene import (
        Audio as Audio,
        Camera as Camera,
        Cdl as Cdl,
        Curves as Curves,
        Deliver as Deliver,
        Grade as Grade,
        Hint as Hint,
        Layer as Layer,
        Liubai as Liubai,
        Palette as Palette,
        Qualifier as Qualifier,
        ScriptRow as ScriptRow,
        Secondary as Secondary,
        ShaderUse as ShaderUse,
        Split as Split,
        Transition as Transition,
        View as View,
    )

__version__ = "0.1.0"

_HOME = {
    "canvas": ["blank_canvas", "develop", "lay", "lift", "light_to_ink", "over", "wash"],
    "errors": ["DeliverError", "InkError", "PlateError", "RefusedError", "SceneError", "ShaderError"],
    "arrays": ["grade", "liubai", "write_grade"],
    "film": ["Film", "Scene", "load", "look", "read"],
    "frame": ["Frame"],
    "mood": ["MoodKey", "moods"],
    "scene": [
        "Audio",
        "Camera",
        "Cdl",
        "Curves",
        "Deliver",
        "Grade",
        "Hint",
        "Layer",
        "Liubai",
        "Palette",
        "Qualifier",
        "ScriptRow",
        "Secondary",
        "ShaderUse",
        "Split",
        "Transition",
        "View",
    ],
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_MODULE)]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"inkrender has no {name!r}; it offers {', '.join(sorted(_MODULE))}")
    value = getattr(importlib.import_module(f".{_MODULE[name]}", __name__), name)
    globals()[name] = value  # the next look-up does not come here
    return value


def __dir__() -> list[str]:
    return __all__
