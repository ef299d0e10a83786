"""Films as people use them: load one, look at a frame, render the frames, assemble the film.

`Film` is the model of `scene` with the means to paint it. A frame is a pure function of the film and its
number: any order, any number of threads and any subset give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from . import cache, plan, scene
from .errors import PlateError, SceneError, did_you_mean
from .frame import Frame
from .timing import parse_fps


class Scene(scene.Scene):
    """A scene that can say what it takes to paint one of its frames."""

    def plan(self, frame: int) -> plan.Plan:
        """What one of the scene's own frames takes, in order, as in a film of this scene alone."""
        alone = Film(title=self.name, scenes=(self,), folder=self.folder)
        return alone.plan(alone.find_frame(f"{self.name}:{frame}"))


class Film(scene.Film):
    """A film that can be painted. Build one from `ink.Scene` and `ink.Layer`, or `ink.load` it."""

    trust: bool = Field(default=False, exclude=True, repr=False)
    bits: Literal[8, 16] = Field(default=8, exclude=True, repr=False)  # of the footage it looks at
    _PLACE: ClassVar[tuple[str, ...]] = (*scene.Film._PLACE, "trust", "bits")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed; what was worked out for this film does not go along."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("_studios", "_seen", "_known"):
            copy.__dict__.pop(name, None)
        return copy

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where shaders of the film's own lie, if it is trusted to run them."""
        own = (self.folder or Path()) / "shaders"
        return (own,) if self.trust and own.is_dir() else ()

    @cached_property
    def _studios(self) -> dict[tuple[int, int], Any]:
        return {}

    @cached_property
    def _seen(self) -> dict[tuple[str, str], plan.Reach]:
        return {}

    @cached_property
    def _known(self) -> dict[Any, Any]:
        return {}

    def studio(self, size: tuple[int, int] | None = None) -> Any:
        """Where it is painted at a size (w, h): its paper and its baked layers."""
        from . import bake

        size = size or self.size
        if size not in self._studios:
            store = cache.folder(self.folder)
            paper = plan.paper_pass(self, self.folders)
            self._studios[size] = bake.Studio(self, size, paper, self.folders, store, self._known)
        return self._studios[size]

    def plan(self, n: int, seen: str | None = None) -> plan.Plan:
        """What film frame n takes, in order; `.lines()` tells it. seen: only this layer."""
        return plan.plan_frame(self, n, self.folders, seen, self._seen)

    def pixels(
        self,
        n: int,
        size: tuple[int, int] | None = None,
        bits: Any = 8,
        *,
        seen: str | None = None,
        graded: bool = True,
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Film frame n as pixels for a file, and what was measured on the way.

        size: (w, h), the film's by default. bits: 8 or 16 (sRGB-encoded RGBA) or "half" (scene-linear RGBA).
        seen: only this layer. graded: False leaves the grades out. stats: blank, and
        for each lifted scene its target, solved, reachable, met. Any thread may call it. Raises InkError for
        a film that cannot be painted.
        """
        from . import accenting, analysis, engine

        told = self.plan(n, seen)
        studio = self.studio(size)
        lifts = analysis.lifts(told, studio)
        lights = accenting.lights(told, studio)
        return engine.render(told, studio, lifts, bits, graded=graded, lights=lights)

    def frame(self, n: int, size: tuple[int, int] | None = None) -> Frame:
        """Film frame n as a `Frame` of scene-linear light; a notebook shows it."""
        from . import colour

        codes, stats = self.pixels(n, size, 16)
        light = colour.decode(codes.astype(np.float32) / 65535, "srgb")
        light[..., 3] = 1
        return Frame(np.asarray(light, np.float32), "light", {}, {"frame": n, **stats})

    def write_grade(self, n: int, path: str | Path, size: int = 33) -> None:
        """Write the grade of film frame n for other programs: .cube of size^3 points, or .cc, .ccc, .cdl.

        A table made in ink is for frames on the film's own paper. SceneError for a frame of a transition, a
        scene without a grade, and what a CDL cannot say.
        """
        from . import arrays

        told = self.plan(n)
        one = told.scenes[0]
        if told.transition is not None:
            raise SceneError(f"frame {n} lies in a transition of two grades: name a frame of one scene")
        if not one.grade:
            raise SceneError(f'scene "{one.scene.name}" has no grade at frame {one.frame}: nothing to write')
        w, h = self.size
        sheet = self.studio((max(16, round(64 * w / h)), 64)).white
        name = one.scene.name
        arrays.write_grade(one.grade, path, size=size, medium=one.graded_in, paper=sheet, title=name)

    def refresh(self) -> None:
        """Look at the files anew: they may have changed since the film was painted last."""
        self._known.clear()

    def prepare(self, frames: Sequence[int], tell: Callable[[int, int], None] | None = None) -> None:
        """Work out what the negative space of these frames needs to know of their whole scenes.

        tell: is told how many steps are done, of how many. Painting a frame does it where it is missing.
        """
        from . import accenting, analysis

        small = self.studio().proxy
        cache.keep_within(small.store, cache.limit())
        passes = {one.scene.name: one for n in frames for one in self.plan(n).scenes}
        analysis.prepare(passes.values(), small, tell)
        accenting.prepare(passes.values(), small, tell)

    def fingerprint(self, n: int, size: tuple[int, int] | None = None, bits: Any = 8) -> dict[str, str]:
        """What makes frame n, each by the digest of its content: a manifest row, and why a frame is stale."""
        from . import accenting, analysis, engine

        size = size or self.size
        told, studio = self.plan(n), self.studio(size)
        made = {
            "code": cache.code_digest(),
            "size": f"{size[0]}x{size[1]}",
            "bits": str(bits),
            "film": cache.digest(self.size, str(self.fps), self.seed),
            "paper": cache.digest(told.paper.told() if told.paper else None),
        }
        for one in told.scenes:
            name = one.scene.name
            made[f"scene {name}"] = cache.digest(one.frame, one.seed, one.scene.medium)
            for layer in one.layers:
                made[f"{name}: layer {layer.layer.name}"] = cache.digest(
                    studio.key(one, layer), layer.view, layer.opacity, engine.blending(layer)
                )
            made[f"{name}: order"] = cache.digest([x.layer.name for x in one.layers], len(one.lower))
            made[f"{name}: liubai"] = cache.digest(
                one.liubai, analysis.digest(one, studio.proxy) if one.liubai else None
            )
            if (hint := accenting.digest(one, studio.proxy)) is not None:
                made[f"{name}: hint"] = hint
            made[f"{name}: grade"] = cache.digest(
                one.graded_in,
                [[type(s).__name__, s] for s in one.grade.steps],
                one.grade.space,
                one.grade.config,
                one.grade.mix,
            ) + "".join(cache.file_digest(p) for p in one.grade.files)
        if told.transition:
            made["transition"] = cache.digest(told.transition.told(), told.u, told.transition_seed)
        return made

    def render(
        self,
        frames: Sequence[int] | str | None = None,
        out: str | os.PathLike[str] = "out/frame.####.png",
        *,
        jobs: int | None = None,
        on_event: Callable[[Any], None] | None = None,
        **options: Any,
    ) -> Any:
        """Write frames to files; what is whole and up to date is kept. Returns a `render.Report`.

        frames: film frames, text such as "0-239x2" or "02_dawn", None for all. Further options as
        `inkrender.render.render`: size, bits, overwrite, cont, order, dry_run.
        """
        from .render import render

        wanted = self.find_frames(frames) if isinstance(frames, str) else frames
        return render(self, wanted, out, jobs=jobs, on_event=on_event, **options)

    def movie(self, out: str | os.PathLike[str] | None = None, **options: Any) -> Any:
        """Render what is missing, assemble the film with its sound, verify the file.

        out: by default what `deliver` says, beside the film. Options as `inkrender.deliver.movie`: preset,
        quality, crf, size, frames, jobs, on_event. Returns the report and what the finished file holds.
        """
        from .deliver import movie

        told = {"preset": self.deliver.preset, "crf": self.deliver.crf} if out is None else {}
        return movie(self, self.path(self.deliver.file) if out is None else out, **{**told, **options})

    def to_moviepy(self, size: tuple[int, int] | None = None) -> Any:
        """The film as a MoviePy VideoClip with its sound, every frame mapped to its whole number."""
        from .deliver import to_moviepy

        return to_moviepy(self, size=size)


def load(path: str | os.PathLike[str], *, trust: bool = False) -> Film:
    """Read a film from its TOML. trust: run the shaders in its own `shaders/` folder, which is code."""
    from .scenefile import read_film

    film = read_film(path, Film, Scene)
    return film.model_copy(update={"trust": True}) if trust else film


def read(path: str | os.PathLike[str], **options: Any) -> Frame:
    """Read a picture as a `Frame`: premultiplied scene-linear light with its passes. See `io.stills.read`."""
    from .io import stills

    return stills.read(path, **options)


def look(
    which: str | os.PathLike[str],
    footage: str | os.PathLike[str],
    *,
    missing: str = "error",
    fps: str | None = None,
    seed: int = 0,
    trust: bool = False,
) -> Film:
    """A film of one scene that gives footage an ink look: `ink.look("dawn", "shot.####.exr").render(...)`.

    which: a built-in look by name, or a look's TOML. footage: a still, a sequence or a video; its frames keep
    their numbers in the scene; its size, rate and bits (16 for 16-bit PNG and TIFF) become the film's.
    missing: what a gap in a sequence shows.
    Raises SceneError, PlateError.
    """
    from .io.sequence import MISSING
    from .scenefile import read_look

    told = read_look(which)
    if missing not in MISSING:
        near = did_you_mean(missing, MISSING)
        raise SceneError(f'missing = "{missing}" is not known{near}: use {", ".join(MISSING)}')
    path = Path(footage).expanduser()
    first, last, size, rate, bits, sound = _footage(path)
    place = next(i for i, layer in enumerate(told.layer) if layer.use == "input")
    plate = told.layer[place].model_copy(
        update={"use": None, "file": str(path.absolute()), "fit": "cover", "missing": missing,
                "inputs": dict(told.inputs)}
    )  # fmt: skip
    one = told.scene(first, last)
    one = one.model_copy(update={"layer": (*one.layer[:place], plate, *one.layer[place + 1 :])})
    film = Film(
        title=f"{told.name}: {path.name}",
        size=size,
        fps=parse_fps(fps) if fps else rate,
        seed=seed,
        scenes=(one,),
        audio=(scene.Audio(file=str(path.absolute())),) if sound else (),
    )
    return film.model_copy(update={"trust": trust, "bits": bits, "folder": told.folder if trust else None})


def _footage(path: Path) -> tuple[int, int, tuple[int, int], Fraction, int, bool]:
    """First and last frame, even size, rate, bits of what is written by default, whether it has sound."""
    from .io import stills
    from .io.sequence import Sequence
    from .io.video import Video
    from .plates import is_video

    if is_video(path):
        with Video(path) as clip:
            return 0, clip.frames - 1, _even(path, clip.size), clip.fps, 8, clip.has_audio
    found = Sequence(path)
    told = stills.describe(found.path(found.first))
    bits = 16 if told["bits"] == 16 and told["transfer"] != "linear" else 8  # codes, not halves
    return found.first, found.last, _even(path, found.check_sizes()), Fraction(24), bits, False


def _even(path: Path, size: tuple[int, int]) -> tuple[int, int]:
    """The size of a film that shows pictures of this size."""
    w, h = size
    if min(w, h) < 15:
        raise PlateError(f"{path} is {w}x{h} px: a film has at least 16 a side, scale it up first")
    return w + w % 2, h + h % 2
