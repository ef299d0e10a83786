"""Random films for property tests: everything a scene file can say, kept small."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from hypothesis import strategies as st

from inkrender.colour import PIGMENTS
from inkrender.composition import FEATURES, PRESETS, PRIORS
from inkrender.mood import moods as named
from inkrender.scene import (
    BLEND_MODES,
    Audio,
    Camera,
    Cdl,
    Curves,
    Deliver,
    Film,
    Grade,
    Hint,
    Layer,
    Liubai,
    Look,
    Qualifier,
    Scene,
    Secondary,
    ShaderUse,
    Split,
    Transition,
    View,
)
from inkrender.timing import EASINGS

# names as people give them: letters of any script, digits, inner spaces and dots
names = st.from_regex(r"[a-z0-9_山梦é][a-z0-9_\-. 中]{0,6}[a-z0-9]", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
files = st.from_regex(r"(\.\./)?[a-z]{1,6}/[a-z]{1,6}\.(####\.exr|%04d\.png|mp4)", fullmatch=True)
frames = st.integers(-500, 5000)


def numbers(lo: float, hi: float) -> st.SearchStrategy[float]:
    """Floats and whole numbers within bounds."""
    return st.one_of(st.floats(lo, hi), st.integers(ceil(lo), int(hi)))


@st.composite
def keyed(draw, values):
    """A constant, or keys of it."""
    if draw(st.booleans()):
        return draw(values)
    when = sorted(draw(st.sets(frames, min_size=1, max_size=3)))
    return [
        [n, draw(values), draw(st.sampled_from(sorted(EASINGS)))]
        if draw(st.booleans())
        else [n, draw(values)]
        for n in when
    ]


def pair(lo: float, hi: float, size: int = 2) -> st.SearchStrategy[list[float]]:
    """Several numbers within bounds."""
    return st.lists(numbers(lo, hi), min_size=size, max_size=size)


scalars = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9), texts)
moods = st.sampled_from(sorted(named()))
parameters = st.dictionaries(
    st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(lambda n: n not in ("use", "with", "with_")),
    st.one_of(scalars, st.lists(scalars, max_size=3), st.lists(st.lists(scalars, max_size=2), max_size=2)),
    max_size=3,
)
shader_uses = st.builds(ShaderUse, use=names, with_=parameters)


@st.composite
def layers(draw, name, anchors=(), medium="ink"):
    """One layer of any kind."""
    kind = draw(st.sampled_from(["use", "file", "rig", "text"]))
    told = {"name": name, kind: draw({"use": names, "file": files, "rig": files, "text": texts}[kind])}
    optional = {
        "parallax": keyed(numbers(0, 10)),
        "position": keyed(pair(-5000, 5000)) if not anchors else st.sampled_from(anchors),
        "scale": keyed(st.floats(0.001, 1000)),
        "rotation": keyed(numbers(-360, 360)),
        "opacity": keyed(numbers(0, 1)),
        "drift": pair(-9, 9),
        "body": keyed(numbers(0, 1)),
        "white": st.one_of(st.just("paper"), st.floats(0.001, 100), st.sampled_from(sorted(PIGMENTS))),
        "edges": st.sampled_from(["linear", "ink"]),
        "shaders": st.lists(shader_uses, max_size=2),
        "inputs": st.dictionaries(st.sampled_from(["depth", "normal"]), files, max_size=2),
        "exposure": st.integers(1, 12),
        "missing": st.sampled_from(["error", "hold", "nearest", "black", "transparent"]),
        "before": st.sampled_from(["hold", "black", "loop", "bounce", "transparent", "error"]),
        "start": frames,
        "pass_": texts,
        "alpha": st.sampled_from(["auto", "premultiplied", "straight"]),
        "transfer": st.sampled_from(["auto", "srgb", "rec709", "linear", "gamma2.2"]),
        "fit": st.sampled_from(["none", "cover", "contain"]),
        "font": texts,
        "size": st.floats(1, 4000),
        "pigment": st.sampled_from([*sorted(PIGMENTS), "#12ab9f", "oklch(.5 .1 20)"]),
        "vertical": st.booleans(),
        "wind": keyed(numbers(-10, 10)),
    }
    if kind == "use":
        optional["with_"] = parameters
    if kind == "rig":
        optional["keys"] = st.dictionaries(
            st.sampled_from(["arm.rotate", "scarf.tail.x", "a b.y"]), keyed(numbers(-180, 180)), max_size=2
        )
    if medium == "light":
        optional["blend"] = st.sampled_from(BLEND_MODES)
    for key in draw(st.lists(st.sampled_from(sorted(optional)), max_size=5, unique=True)):
        told[key] = draw(optional[key])
    return Layer(**told)


rising = st.one_of(
    st.just([]),
    st.just([[0, 0], [0.5, 0.6], [1, 1]]),
    st.just([[1, [[0, 0.1], [0.5, 0.6]]], [9, [[0.1, 0.1], [0.75, 0.6]], "in_out"]]),
)
grades = st.builds(
    Grade,
    in_=st.sampled_from([None, "ink", "light"]),
    space=st.sampled_from(["srgb", "linear"]),
    cdl=st.builds(
        Cdl,
        slope=keyed(pair(0, 16, 3)),
        offset=pair(-4, 4, 3),
        power=pair(0.01, 16, 3),
        saturation=numbers(0, 8),
    ),
    exposure=keyed(numbers(-10, 10)),
    temperature=keyed(numbers(-85, 400)),
    white=st.none() | keyed(st.lists(st.floats(0.1, 0.7), min_size=2, max_size=2)),
    lift=keyed(pair(-1, 1, 3)),
    contrast=keyed(numbers(0.1, 8)),
    pivot=st.none() | keyed(numbers(0.1, 4)),
    curves=st.builds(Curves, rgb=rising, green=rising, hue_luma=rising),
    split=st.builds(Split, shadow_hue=keyed(numbers(0, 360)), shadow_chroma=keyed(numbers(0, 0.4))),
    hue=keyed(numbers(-360, 360)),
    secondary=st.lists(
        st.builds(
            Secondary,
            where=st.builds(Qualifier, hue=keyed(pair(0, 360)), invert=st.booleans()),
            chroma=keyed(numbers(0, 8)),
            mix=keyed(numbers(0, 1)),
        ),
        max_size=2,
    ),
    view=st.none() | st.builds(View, display=st.none() | texts.filter(bool)),
    chroma=keyed(numbers(0, 8)),
    lut=st.one_of(st.none(), files),
    mix=keyed(numbers(0, 1)),
    mood=keyed(numbers(0, 1)),
    hint=st.one_of(st.none(), st.builds(Hint, hue=numbers(0, 360))),
)


@st.composite
def pictures(draw, model=Scene, **told):
    """A scene or a look."""
    anchors = draw(st.dictionaries(names, pair(-3000, 3000), max_size=2))
    medium = draw(st.sampled_from(["ink", "light"]))
    called = draw(st.lists(names, max_size=3, unique=True))
    liubai = None
    if medium == "ink" and called and draw(st.booleans()):
        preset = draw(st.one_of(st.none(), st.sampled_from(sorted(PRESETS))))
        spared = st.sampled_from([*called, "crypto:Suzanne", "id:7", "pass:Matte.A", "m/hero.####.png"])
        liubai = Liubai(
            preset=preset,
            target=draw(keyed(numbers(0, 1)) if preset is None else st.none() | keyed(numbers(0, 1))),
            from_=draw(st.lists(st.sampled_from(called), unique=True)),
            protect=draw(st.lists(spared, unique=True, max_size=3)),
            reserve=draw(st.lists(spared, unique=True, max_size=2)),
            prior=draw(st.none() | st.sampled_from([*PRIORS, "maps/open.png"])),
            strength=draw(st.none() | keyed(numbers(0, 2))),
            weights=draw(st.dictionaries(st.sampled_from(FEATURES), keyed(numbers(0, 10)), max_size=2)),
            allow_holes=draw(st.booleans()),
            edge=draw(st.sampled_from(["auto", "torn", "mist", "dry"])),
            bleed=draw(numbers(0, 200)),
        )
    layer = [draw(layers(n, sorted(anchors), medium)) for n in called]
    if issubclass(model, Look):
        layer.append(Layer(name="the footage", use="input"))
    grade = draw(grades)
    if medium == "light":  # a hint is painted in ink
        grade = grade.model_copy(update={"hint": None})
    return model(
        name=told.pop("name", None) or draw(names),
        mood=draw(st.one_of(st.just(""), moods, keyed(moods))),
        medium=medium,
        anchors=anchors,
        seed=draw(st.one_of(st.none(), st.integers(0, 2**53 - 1))),
        camera=Camera(
            pan=draw(keyed(pair(-4000, 4000))),
            zoom=draw(keyed(numbers(1, 10))),
            shake=draw(keyed(numbers(0, 200))),
        ),
        layer=layer,
        liubai=liubai,
        grade=grade,
        **told,
    )


@st.composite
def films(draw, most_scenes=3):
    """A film whose transitions fit its scenes."""
    called = draw(
        st.lists(names.filter(lambda n: n != "film"), min_size=1, max_size=most_scenes, unique=True)
    )
    lengths = [draw(st.integers(1, 40)) for _ in called]
    firsts = [draw(frames) for _ in called]
    scenes = [
        draw(pictures(name=n, frames=(a, a + length - 1)))
        for n, a, length in zip(called, firsts, lengths, strict=True)
    ]
    return Film(
        title=draw(st.one_of(st.just(""), texts)),
        size=draw(st.sampled_from([(1920, 1080), (128, 72), (16, 32768)])),
        fps=draw(st.sampled_from([24, "25", Fraction(24000, 1001), "30000/1001"])),
        seed=draw(st.integers(0, 2**53 - 1)),
        paper=draw(shader_uses),
        scenes=scenes,
        transition=draw(transitions(called, lengths)),
        audio=draw(st.lists(st.builds(Audio, file=files, gain=keyed(numbers(-60, 20))), max_size=1)),
        deliver=draw(st.builds(Deliver, file=files, crf=st.one_of(st.none(), st.integers(0, 51)))),
    )


@st.composite
def transitions(draw, called, lengths):
    """Transitions into some of the scenes, none longer than half of either scene leaves room for."""
    found = []
    for i in range(1, len(called)):
        room = min(lengths[i - 1], lengths[i]) // 2 * 2
        if room >= 2 and draw(st.booleans()):
            n = draw(st.integers(1, room // 2))
            found.append(Transition(into=called[i], use=draw(names), frames=n, with_=draw(parameters)))
    return found
