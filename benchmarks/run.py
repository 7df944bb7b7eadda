"""Everything that is measured, and the picture of it: python benchmarks/run.py writes benchmark.json, .svg and .png"""

import json
from pathlib import Path

import busy
import chapters
import growth
import import_time
import memory
import pictures
import plot
import speed
from peers import load, say_missing

from minidl.system.files import write_atomically


def main():
    found, missing = load()
    say_missing(missing)
    results = {
        "import": import_time.measure(),
        "speed": speed.measure(found),
        "busy": busy.measure(found),
        "memory": memory.measure(found),
        "growth": growth.measure(found),
        "chapters": chapters.measure(),
    }
    pictures.measure()
    write_atomically(Path("benchmark.json"), (json.dumps(results, indent=1) + "\n").encode())
    picture = plot.picture(results)
    for kind in ("svg", "png"):
        picture.save(f"benchmark.{kind}")
    print("\nbenchmark.json holds the numbers, benchmark.svg and benchmark.png the picture.")


if __name__ == "__main__":
    main()
