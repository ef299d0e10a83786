import numpy as np

from inkrender import manifest

MADE_BY = {"code": "1", "scene": "ridge"}


def _frame(folder, made_by=MADE_BY):
    path = folder / "film.0001.png"
    path.write_bytes(b"a picture")
    manifest.write_row(
        path, manifest.Row(1, dict(made_by), manifest.digest_of_file(path), "p", {"blank": np.float32(0.5)})
    )
    return path


def test_a_row_comes_back_as_it_was_written(tmp_path):
    row = manifest.read_row(_frame(tmp_path))
    assert (row.frame, row.made_by, row.stats) == (1, MADE_BY, {"blank": 0.5})


def test_a_frame_made_by_the_same_things_is_kept(tmp_path):
    assert manifest.reason(_frame(tmp_path), MADE_BY) == "kept"


def test_a_frame_that_is_not_there_is_missing(tmp_path):
    assert manifest.reason(tmp_path / "film.0001.png", MADE_BY) == "missing"


def test_a_frame_whose_bytes_changed_is_damaged(tmp_path):
    path = _frame(tmp_path)
    path.write_bytes(b"a pictur")
    assert manifest.reason(path, MADE_BY) == "damaged"


def test_a_stale_frame_says_what_changed(tmp_path):
    path = _frame(tmp_path)
    now = {"code": "2", "scene": "ridge", "plates/x.png": "9"}
    assert manifest.reason(path, now) == "stale: code, plates/x.png"


def test_a_picture_nobody_recorded_is_painted_again(tmp_path):
    path = tmp_path / "film.0001.png"
    path.write_bytes(b"a picture")
    assert manifest.reason(path, MADE_BY) == "unrecorded"


def test_a_torn_row_counts_as_none(tmp_path):
    path = _frame(tmp_path)
    row = manifest.row_path(path)
    row.write_text(row.read_text()[:40])
    assert manifest.reason(path, MADE_BY) == "unrecorded"


def test_the_checksum_of_a_picture_knows_its_shape():
    flat = np.arange(12, dtype=np.uint8)
    assert manifest.digest_of_pixels(flat.reshape(3, 4)) != manifest.digest_of_pixels(flat.reshape(4, 3))
