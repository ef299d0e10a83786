"""Noise: the hash's twin in plain integers, and what painters rely on."""

import math

import numpy as np
import pytest

from inkrender.kernels import noise

LOW = 0xFFFFFFFF


def hash_twin(ix: int, iy: int, seed: int) -> int:
    n = (ix * 374761393 & LOW) ^ (iy * 668265263 & LOW) ^ (seed * 1274126177 & LOW)
    n = ((n ^ (n >> 16)) * 0x7FEB352D) & LOW
    n = ((n ^ (n >> 15)) * 0x846CA68B) & LOW
    return n ^ (n >> 16)


def noise_twin(x: float, y: float, seed: int) -> float:
    """Gradient noise in float64 with true sines."""
    bx, by = math.floor(x), math.floor(y)
    fx, fy = x - bx, y - by

    def slope(i: int, j: int) -> float:
        n = hash_twin(bx + i, by + j, seed)
        turn = (n - 2**32 if n >= 2**31 else n) / 2**31
        return math.cos(math.pi * turn) * (fx - i) + math.sin(math.pi * turn) * (fy - j)

    u, v = (f**3 * (f * (f * 6 - 15) + 10) for f in (fx, fy))
    top = slope(0, 0) * (1 - u) + slope(1, 0) * u
    low = slope(0, 1) * (1 - u) + slope(1, 1) * u
    return 1.5 * (top * (1 - v) + low * v)


def fbm_twin(x: float, y: float, seed: int, octaves: int) -> float:
    total = weights = 0.0
    for o in range(octaves):
        weight = 0.5 ** (o + 1)
        size = 2.03**o
        total += weight * noise_twin(x * size, y * size, (seed + o * 0x9E3779B9) & LOW)
        weights += weight
    return total / weights


def places(n: int = 60) -> np.ndarray:
    k = np.arange(n)
    return np.stack([(k * 37.17) % 211 - 90, (k * 11.71) % 133 - 70], axis=1).astype(np.float32)


def filled(fill, xs, ys, *args) -> np.ndarray:
    dst = np.empty((len(ys), len(xs)), np.float32)
    fill(dst, np.asarray(xs, np.float32), np.asarray(ys, np.float32), *args)
    return dst


def sheet(step: float, n: int, start: float = -13.7) -> np.ndarray:
    return (start + np.arange(n) * step).astype(np.float32)


def test_hash_is_its_twin_in_plain_integers() -> None:
    for ix, iy, seed in [(0, 0, 0), (1, 2, 3), (-5, 7, 9), (123456, -654321, 2**32 - 1)]:
        assert int(noise.hash2(ix, iy, seed)) == hash_twin(ix, iy, seed)


def test_noise_follows_its_float64_twin() -> None:
    for x, y in places():
        # .004: the bent parabola is within .0011 of a sine, four corners of it times 1.5
        assert float(noise.noise2(x, y, 11)) == pytest.approx(noise_twin(float(x), float(y), 11), abs=0.004)


def test_fbm_follows_its_float64_twin() -> None:
    for x, y in places(20):
        assert float(noise.fbm(x, y, 5, 4)) == pytest.approx(fbm_twin(float(x), float(y), 5, 4), abs=0.006)


def test_a_filled_field_is_the_scalar_noise() -> None:
    xs, ys = sheet(0.37, 9), sheet(0.29, 7)
    got = filled(noise.fill_fbm, xs, ys, 21, 3)
    want = np.array([[noise.fbm(x, y, 21, 3) for x in xs] for y in ys])
    np.testing.assert_allclose(got, want, atol=2e-6)


def test_warped_field_is_the_scalar_warp() -> None:
    xs, ys = sheet(0.37, 9), sheet(0.29, 7)
    got = filled(noise.fill_warped, xs, ys, 21, 3, np.float32(0.9), np.float32(0.6))
    want = np.array([[noise.warped(x, y, 21, 3, 0.9, 0.6) for x in xs] for y in ys])
    np.testing.assert_allclose(got, want, atol=2e-5)


@pytest.mark.parametrize(
    ("fill", "scalar"), [(noise.fill_ridged, noise.ridged), (noise.fill_billow, noise.billow)]
)
def test_ridges_and_billows_are_their_scalars(fill, scalar) -> None:
    xs, ys = sheet(0.37, 9), sheet(0.29, 7)
    want = np.array([[scalar(x, y, 4, 3) for x in xs] for y in ys])
    np.testing.assert_allclose(filled(fill, xs, ys, 4, 3), want, atol=1e-5)


def test_noise_has_mean_0_and_the_deviation_painters_count_on() -> None:
    # 120 x 120 features: the mean of that many has a deviation of about .003
    field = filled(noise.fill_fbm, sheet(0.31, 400), sheet(0.31, 400), 5, 4)
    assert abs(float(field.mean())) < 0.012
    assert float(field.std()) == pytest.approx(0.199, abs=0.015)
    assert float(np.abs(field).max()) < 1.0


def test_no_lattice_direction_is_steeper_than_another() -> None:
    field = filled(noise.fill_fbm, sheet(0.11, 700), sheet(0.11, 700), 3, 1)
    across, down = np.diff(field, axis=1)[:-1], np.diff(field, axis=0)[:, :-1]
    slant = (field[1:, 1:] - field[:-1, :-1]) / math.sqrt(2)
    steep = [float(np.std(d)) for d in (across, down, slant)]
    assert max(steep) / min(steep) < 1.05


def test_the_same_seed_gives_the_same_field_and_another_seed_another() -> None:
    xs, ys = sheet(0.2, 32), sheet(0.2, 16)
    first = filled(noise.fill_fbm, xs, ys, 7, 4)
    np.testing.assert_array_equal(first, filled(noise.fill_fbm, xs, ys, 7, 4))
    other = filled(noise.fill_fbm, xs, ys, 8, 4)
    assert abs(float(np.corrcoef(first.ravel(), other.ravel())[0, 1])) < 0.5


def test_part_of_a_field_is_that_part() -> None:
    xs, ys = sheet(0.2, 64), sheet(0.2, 48)
    whole = filled(noise.fill_warped, xs, ys, 7, 4, np.float32(0.9), np.float32(0.6))
    part = filled(noise.fill_warped, xs[13:41], ys[9:30], 7, 4, np.float32(0.9), np.float32(0.6))
    # vector and remainder loops may round the last bit differently
    np.testing.assert_allclose(part, whole[9:30, 13:41], atol=1e-6)


def test_hash_noise_is_even_between_0_and_1() -> None:
    dst = np.empty((256, 256), np.float32)
    noise.fill_hash(dst, -100, 40, 9)
    counts = np.histogram(dst, bins=16, range=(0, 1))[0] / dst.size
    assert float(dst.min()) >= 0
    assert float(dst.max()) < 1
    np.testing.assert_allclose(counts, 1 / 16, atol=0.006)


def test_upsampling_a_straight_ramp_gives_the_ramp() -> None:
    low = (np.arange(12)[None, :] * 2.0 + np.arange(10)[:, None] * 3.0).astype(np.float32)
    dst, scratch = np.empty((17, 20), np.float32), np.empty((10, 20), np.float32)
    noise.upsample(dst, scratch, low, 1.25, 0.4, 1.5, 0.35)
    want = (1.25 + 0.4 * np.arange(20))[None, :] * 2 + (1.5 + 0.35 * np.arange(17))[:, None] * 3
    np.testing.assert_allclose(dst, want, rtol=1e-6)
