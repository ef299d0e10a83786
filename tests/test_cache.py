"""What was made once: remembered, stored, found again, and never handed out damaged."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from inkrender import cache
from inkrender.errors import RefusedError
from inkrender.frame import Baked, Region


def baked() -> Baked:
    pixels = np.random.default_rng(1).uniform(0, 3, (20, 30, 4)).astype(np.float32)
    return Baked.of(pixels, Region(-3.5, 2.0, 30, 20, 0.5), "light")


def test_a_stored_layer_comes_back_bit_for_bit(tmp_path: Path) -> None:
    one = baked()
    cache.save_baked(tmp_path, "key", one)
    found = cache.load_baked(tmp_path, "key")
    assert found is not None
    assert np.array_equal(found.data, one.data)
    assert np.array_equal(found.occupancy, one.occupancy)
    assert (found.region, found.medium) == (one.region, one.medium)


def test_a_truncated_layer_is_not_used(tmp_path: Path) -> None:
    cache.save_baked(tmp_path, "key", baked())
    path = tmp_path / "bakes" / "key.npz"
    path.write_bytes(path.read_bytes()[:500])
    assert cache.load_baked(tmp_path, "key") is None


def test_nothing_is_left_under_another_name(tmp_path: Path) -> None:
    cache.save_baked(tmp_path, "key", baked())
    assert [p.name for p in (tmp_path / "bakes").iterdir()] == ["key.npz"]


def test_the_memory_forgets_what_was_used_longest_ago() -> None:
    memory = cache.Memory(limit=3)
    made = []

    def get(key: str) -> str:
        return memory.get(key, lambda: made.append(key) or key, lambda _: 1)

    for key in ("a", "b", "c", "a", "d", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "d", "b"]


def test_threads_that_want_the_same_thing_make_it_once() -> None:
    memory, made, gate = cache.Memory(limit=100), [], threading.Barrier(4)

    def work() -> None:
        gate.wait()
        memory.get("one", lambda: made.append(1) or 7, lambda _: 1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert made == [1]


def test_a_failed_making_is_tried_again() -> None:
    memory = cache.Memory(limit=10)
    with pytest.raises(ValueError, match="no"):
        memory.get("k", lambda: (_ for _ in ()).throw(ValueError("no")), lambda _: 1)
    assert memory.get("k", lambda: 5, lambda _: 1) == 5


def test_digests_tell_contents_apart() -> None:
    assert cache.digest("ab", "c") != cache.digest("a", "bc")
    assert cache.digest({"a": 1, "b": 2}) == cache.digest({"b": 2, "a": 1})


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"ink")
    b.write_bytes(b"ink")
    assert cache.file_digest(a) == cache.file_digest(b)
    b.write_bytes(b"oil")
    assert cache.file_digest(a) != cache.file_digest(b)


def test_the_environment_chooses_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKRENDER_CACHE", str(tmp_path / "here"))
    assert cache.folder(tmp_path / "film") == tmp_path / "here"
    monkeypatch.delenv("INKRENDER_CACHE")
    assert cache.folder(tmp_path) == tmp_path / ".inkrender"


def planes_kept(where: Path, *keys: str, size: int = 10_000) -> None:
    for age, key in enumerate(reversed(keys)):
        cache.save_planes(where / "analysis", key, {"a": np.zeros(size, np.uint8)})
        when = time.time() - 60 * (age + 1)
        os.utime(where / "analysis" / f"{key}.npz", (when, when))


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    planes_kept(tmp_path, "first", "second", "third")
    assert cache.load_planes(tmp_path / "analysis", "first") is not None  # used again just now
    cache.keep_within(tmp_path, 25_000)
    assert {p.stem for p in (tmp_path / "analysis").iterdir()} == {"first", "third"}


def test_a_folder_within_its_size_keeps_all(tmp_path: Path) -> None:
    planes_kept(tmp_path, "first", "second")
    assert cache.keep_within(tmp_path, 25_000) == 0


def test_frames_and_kernels_make_no_room(tmp_path: Path) -> None:
    for part in ("frames", "kernels"):
        cache.save_planes(tmp_path / part, "kept", {"a": np.zeros(1000, np.uint8)})
    assert cache.keep_within(tmp_path, 0) == 0


def test_only_an_abandoned_write_is_taken(tmp_path: Path) -> None:
    (tmp_path / "bakes").mkdir()
    old, new = (tmp_path / "bakes" / name for name in ("old.part", "new.part"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * cache.ABANDONED,) * 2)
    cache.keep_within(tmp_path, 1000)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("given", ["lots", "-1", "nan", "inf"])
def test_a_limit_that_is_no_size_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKRENDER_CACHE_GB", given)
    with pytest.raises(RefusedError, match=f'INKRENDER_CACHE_GB="{given}"'):
        cache.limit()
