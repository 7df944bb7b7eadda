"""Everything that is measured, and the picture of it: python benchmarks/run.py writes benchmark.json, .md, .svg and .png

With --quick, in about three minutes, the tables of the README alone: benchmark.json and benchmark.md.
"""

import json
import sys
from pathlib import Path

import busy
import chapters
import growth
import import_time
import memory
import pictures
import plot
import speed
import tables
from peers import load, say_missing

from minidl.system.files import write_atomically


def main(quick=False):
    found, missing = load()
    say_missing(missing)
    results = {
        "import": import_time.measure(runs=10 if quick else 20),
        "speed": speed.measure(found, rounds=6 if quick else 12),
        "busy": busy.measure(found, blocks=4 if quick else 6),
    }
    if not quick:
        results["memory"] = memory.measure(found)
        results["growth"] = growth.measure(found)
        results["chapters"] = chapters.measure()
        pictures.measure()
        picture = plot.picture(results)
        for kind in ("svg", "png"):
            picture.save(f"benchmark.{kind}")
    text = f"{tables.speed_table(results['speed'])}\n{tables.busy_table(results['busy'])}"
    write_atomically(Path("benchmark.json"), (json.dumps(results, indent=1) + "\n").encode())
    write_atomically(Path("benchmark.md"), text.encode())
    print(
        f"\n{text}\nbenchmark.json holds the numbers, benchmark.md the tables"
        + ("." if quick else ", the others the picture.")
    )


if __name__ == "__main__":
    main(quick="--quick" in sys.argv[1:])
