"""Race the core against its peers and keep the result: `python benchmarks/bench_core.py`.

Writes benchmarks/results/core-<date>.json with machine, versions and load; `inkrender bench` shows the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from inkrender import bench

RESULTS = Path(__file__).parent / "results"


def run(size: tuple[int, int] = (1920, 1080), rounds: int = 9) -> dict[str, object]:
    """The race's result as plain values."""
    return bench.run(size, rounds).as_dict()


def main() -> None:
    """Run, print the table, write the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", default="1920x1080", help="WIDTHxHEIGHT")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--no-file", action="store_true", help="print only")
    chosen = options.parse_args()
    w, h = (int(v) for v in chosen.size.split("x"))
    result = bench.run((w, h), chosen.rounds)
    sys.stdout.write("\n".join(result.lines()) + "\n")
    if not chosen.no_file:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"core-{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
        path.write_text(json.dumps(result.as_dict(), indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(
            f"\nwritten: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}\n"
        )


if __name__ == "__main__":
    main()
