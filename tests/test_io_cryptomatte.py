"""Cryptomatte and object indices: mattes by the names a picture was made with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import inkrender
from inkrender import plates, scene
from inkrender.errors import PlateError
from inkrender.io import cryptomatte, exr, named

DATA = Path(__file__).parent / "data"
W, H = 16, 8
NAMES = ("penguin_body", "penguin_beak", "wheel", "odd[1]*name")


def written(
    path: Path, manifest: str | None = "header", rank: str = "CryptoObject", names: tuple[str, ...] = NAMES
) -> Path:
    """A picture of four things in columns of four px; every pixel of row 0 is shared with its neighbour."""
    oiio = exr.openimageio()
    pixels = np.zeros((H, W, 8), np.float32)
    pixels[..., 3] = 1
    ids = np.array([cryptomatte.hashed(n) for n in names], np.uint32).view(np.float32)
    column = np.arange(W) // 4
    pixels[..., 4], pixels[..., 5] = ids[column], 1.0
    pixels[0, :, 5] = 0.75
    pixels[0, :, 6], pixels[0, :, 7] = ids[(column + 1) % 4], 0.25
    spec = oiio.ImageSpec(W, H, 8, "float")
    spec.channelnames = ("R", "G", "B", "A", *(f"View.{rank}00.{c}" for c in "rgba"))
    key = "cryptomatte/abc1234"
    spec.attribute(f"{key}/name", f"View.{rank}")
    spec.attribute(f"{key}/hash", "MurmurHash3_32")
    told = json.dumps({n: f"{cryptomatte.hashed(n):08x}" for n in names})
    if manifest == "header":
        spec.attribute(f"{key}/manifest", told)
    elif manifest == "beside":
        spec.attribute(f"{key}/manif_file", "names.json")
        (path.parent / "names.json").write_text(told, "utf-8")
    elif manifest == "damaged":
        spec.attribute(f"{key}/manifest", told[:-9])
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(pixels)
    out.close()
    return path


# from the specification's own list and from Blender 5.0.1, which wrote tests/data/multipart.0001.exr
@pytest.mark.parametrize(
    ("name", "number"), [("ridge_near", 0x073692B1), ("ground", 0xC5B51EDE), ("sphere_?_2", 0x86DE553A)]
)
def test_names_hash_as_other_programs_hash_them(name: str, number: int) -> None:
    assert cryptomatte.hashed(name) == number


def test_a_thing_is_found_by_its_name_with_its_coverage(tmp_path: Path) -> None:
    matte = cryptomatte.matte(written(tmp_path / "a.exr"), ["wheel"])
    assert matte[1:, 8:12].min() == 1
    assert not matte[1:, :8].any()
    assert matte[0, 8] == pytest.approx(0.75)
    assert matte[0, 4] == pytest.approx(0.25)  # the second rank of its neighbour


def test_a_star_stands_for_any_letters(tmp_path: Path) -> None:
    matte = cryptomatte.matte(written(tmp_path / "a.exr"), ["penguin*"])
    assert matte[1:, :8].min() == 1
    assert not matte[1:, 8:].any()


def test_a_name_that_holds_a_star_is_meant_before_a_pattern(tmp_path: Path) -> None:
    matte = cryptomatte.matte(written(tmp_path / "a.exr"), ["odd[1]*name"])
    assert matte[1:, 12:].min() == 1


def test_things_add_up(tmp_path: Path) -> None:
    matte = cryptomatte.matte(written(tmp_path / "a.exr"), ["wheel", "penguin*", "odd*"])
    assert np.allclose(matte, 1)


def test_an_id_itself_is_understood(tmp_path: Path) -> None:
    there = written(tmp_path / "a.exr")
    by_id = cryptomatte.matte(there, [f"<{cryptomatte.hashed('wheel'):08x}>"])
    assert np.array_equal(by_id, cryptomatte.matte(there, ["wheel"]))


@pytest.mark.parametrize("manifest", ["beside", None])
def test_a_name_is_found_without_a_manifest_in_the_header(tmp_path: Path, manifest: str | None) -> None:
    there = written(tmp_path / "a.exr", manifest)
    assert cryptomatte.matte(there, ["wheel"])[1:, 8:12].min() == 1


def test_a_manifest_in_part_0_speaks_for_all_parts() -> None:
    matte = cryptomatte.matte(DATA / "multipart.0001.exr", ["ridge*", "ground"])
    assert 0.1 < matte.mean() <= 1


def test_an_unknown_name_is_told_with_those_near_it(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match=r'no object "wheal" in CryptoObject \(did you mean "wheel"\?\)'):
        cryptomatte.matte(written(tmp_path / "a.exr"), ["wheal"])


def test_a_picture_without_cryptomatte_is_told() -> None:
    with pytest.raises(PlateError, match="has no Cryptomatte: render it with one"):
        cryptomatte.matte(DATA / "ridge.1001.exr", ["penguin"])


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="manifest cannot be read"):
        cryptomatte.matte(written(tmp_path / "a.exr", "damaged"), ["wheel"])


def test_every_thing_has_its_own_number(tmp_path: Path) -> None:
    ids = cryptomatte.ids(written(tmp_path / "a.exr"))
    assert [len(np.unique(ids[:, c : c + 4])) for c in (0, 4, 8, 12)] == [1, 1, 1, 1]
    assert len(np.unique(ids)) == 4
    assert np.array_equal(ids, np.rint(ids))


@pytest.mark.parametrize("where", ["crypto:", "id:", "id:two"])
def test_words_that_name_nothing_are_told(tmp_path: Path, where: str) -> None:
    with pytest.raises(PlateError, match="names no object"):
        named.plane(written(tmp_path / "a.exr"), "matte", where)


# in a scene -------------------------------------------------------------------------------------------------


def read(path: Path, **inputs: str) -> dict[str, np.ndarray]:
    """The passes a plate brings to a shader that asks for these inputs."""
    layer = scene.Layer(name="plate", file=path.name, inputs=inputs)
    one = scene.Scene(name="one", frames="1-1", layer=(layer,), folder=path.parent)

    class Pass:
        """As much of a LayerPass as `plates.read` looks at."""

    Pass.layer = layer
    return plates.read(path, 1, Pass, inputs, set(inputs), one).passes


def test_a_scene_names_things_in_its_inputs(tmp_path: Path) -> None:
    passes = read(written(tmp_path / "a.exr"), matte="crypto:penguin*, wheel", id="crypto:CryptoObject")
    assert passes["matte"][1:].mean() == pytest.approx(0.75)
    assert len(np.unique(passes["id"])) == 4


def test_check_tells_an_unknown_object_before_the_first_frame(tmp_path: Path) -> None:
    written(tmp_path / "a.exr")
    layer = inkrender.Layer(
        name="plate", file="a.exr", inputs={"matte": "crypto:pinguin_body"}, shaders=({"use": "repaint"},)
    )
    one = inkrender.Scene(name="one", frames="1-1", layer=(layer,), folder=tmp_path)
    from inkrender import check

    film = inkrender.Film(title="one", size=(160, 80), scenes=(one,))
    told = "\n".join(str(problem) for problem in check.check_film(film))
    assert 'did you mean "penguin_body"' in told


def test_a_matte_beside_a_plate_may_have_any_size_but_no_other_shape(tmp_path: Path) -> None:
    from inkrender.io import stills

    there = written(tmp_path / "a.exr")
    white = np.ones((H * 2, W * 2, 4), np.float32)
    stills.write(tmp_path / "large.png", white)
    assert read(there, matte="large.png")["matte"].shape == (H, W)
    stills.write(tmp_path / "tall.png", white[:, :8])
    with pytest.raises(PlateError, match=r"tall.png .matte. is 8x16, the plate 16x8"):
        read(there, matte="tall.png")
