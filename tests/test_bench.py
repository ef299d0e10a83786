"""What `inkrender bench` and `warmup` do, told by what they compute: never by the clock."""

from __future__ import annotations

import json

from inkrender import bench, doctor, library
from inkrender.shader import PIXEL_KINDS


def test_the_race_compares_like_with_like():
    found = bench.run((160, 96), rounds=1)
    assert {row.name for row in found.rows} >= {"memcpy of the same bytes", "inkrender, 1 thread", "numpy"}
    # our curves are polynomials, a value on the edge of a code may fall to either side
    assert found.checks["chain, largest difference from numpy in 8-bit codes"] <= 2


def test_a_race_is_a_table_for_people_and_json_for_programs():
    found = bench.run((64, 64), rounds=1)
    assert json.loads(json.dumps(found.as_dict()))["machine"]["size"] == [64, 64]
    assert sum("numpy" in line for line in found.lines()) >= 2


def test_warming_up_compiles_every_pixel_shader():
    _, stages = doctor.warm_up()
    told = [library.stage(s) for s in library.all_shaders().values() if s.kind in PIXEL_KINDS]
    assert [stage.compiled for stage in told] == [True] * stages
