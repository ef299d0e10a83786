"""The ink hand works where a painter would use it: on layers of a film and on plates painted anew."""

from pathlib import Path

import numpy as np
import pytest

import inkrender as ink

DATA = Path(__file__).parent / "data"
SIZE = (128, 72)
HAND = {
    "wet_bleed": "wet = 0.9, reach = 50.0",
    "tide_marks": "rims = 1.5, backruns = 1.5",
    "dry_brush": "dry = 0.6",
    "cun": "ink = 1.2, density = 1.0",
    "ink_reveal": "progress = 0.3",
}
PLATE = """
file = "{data}/ridge.####.exr"
fit = "cover"
inputs = {{ depth = "Depth.Z", normal = "Normal" }}
shaders = [{{ use = "repaint" }}{also}]
"""
LAYER = """
use = "massif"
shaders = [{also}]
"""


def frame(folder, body, n=1001):
    folder.mkdir(exist_ok=True)
    (folder / "film.toml").write_text(
        'schema = 1\n[film]\ntitle = "hand"\nsize = [1920, 1080]\nfps = "24"\nseed = 7\nscenes = ["s.toml"]\n'
    )
    (folder / "s.toml").write_text(f'schema = 1\n[scene]\nframes = "1001-1004"\n[[layer]]\nname = "a"{body}')
    film = ink.load(folder / "film.toml")
    return film.frame(n - 1001, SIZE).pixels[..., :3]


@pytest.mark.parametrize("name", HAND)
@pytest.mark.parametrize("kind", ["layer", "plate"])
def test_it_works_through_the_bake(tmp_path, name, kind):
    use = f'{{ use = "{name}", {HAND[name]} }}'
    if kind == "layer":
        plain, shaded = (LAYER.format(also=also) for also in ("", use))
    else:
        plain, shaded = (PLATE.format(data=DATA, also=also) for also in ("", ", " + use))
    without, with_it = frame(tmp_path / "0", plain), frame(tmp_path / "1", shaded)
    assert np.isfinite(with_it).all()
    assert np.abs(with_it - without).max() > 0.04


def test_a_seal_comes_down_within_three_frames(tmp_path):
    body = '\nuse = "seal"\nwith = { place = [960, 540], size = 200.0, press = [[1001, 0.0], [1003, 1.0]] }'
    red = [
        np.mean(f[..., 0] - f[..., 1] > 0.2)
        for f in (frame(tmp_path / "s", body, n) for n in range(1001, 1004))
    ]
    assert red[0] == 0 < red[1] < red[2]


def test_a_layer_that_is_revealed_is_the_layer_at_last(tmp_path):
    reveal = '{ use = "ink_reveal", progress = [[1001, 0.0], [1003, 1.0]] }'
    plain = frame(tmp_path / "p", LAYER.format(also=""), 1003)
    made = [frame(tmp_path / "r", LAYER.format(also=reveal), n) for n in (1001, 1002, 1003)]
    assert np.ptp(made[0][..., 1]) < 0.1 < np.ptp(plain[..., 1])  # bare paper
    assert np.array_equal(made[2], plain)
