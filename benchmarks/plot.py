"""The measurements as one picture: python benchmarks/plot.py draws it again from benchmark.json"""

import json
import sys
from pathlib import Path

from speed import best

from minidl.viz.figure import FigurePicture
from minidl.viz.theme import LIGHT

COLOURS = {"minidl": "value", "PyTorch": "gradient", "autograd": "parameter", "micrograd": "second", "tinygrad": "third"}


def picture(results):
    """A chart of all that was measured.

    Parameters
    ----------
    results : dict
        "speed", "memory", "growth" and "chapters", as their files measure them.
    """

    def draw(figure):
        rows = figure.subfigures(3, 1, height_ratios=(4.2, 5.4, 4.6))
        left, right = rows[0].subplots(1, 2)
        draw_speed(left, results["speed"])
        if results["memory"]:
            draw_memory(right, results["memory"]["steps"])
        else:
            right.axis("off")
        cells = rows[1].subplots(2, 3)
        for axes, one in zip(cells.flat, results["growth"].values(), strict=False):
            draw_growth(axes, one)
        cells.flat[-1].axis("off")
        cells.flat[-1].legend(*cells.flat[0].get_legend_handles_labels(), loc="center", title="How one step grows")
        draw_chapters(rows[2].subplots(), results["chapters"])

    return FigurePicture(draw, "minidl beside other libraries: time, memory and growth", results, size=(11, 14))


def draw_speed(axes, speed):
    """A mark for each library, as a multiple of PyTorch's time, and the aims; in milliseconds where PyTorch took no part."""
    seen = {}
    compared = all(best(one["ms"], "PyTorch") for one in speed.values())
    for row, one in enumerate(speed.values()):
        base = best(one["ms"], "PyTorch") if compared else 1
        for name, colour in COLOURS.items():
            own = best(one["ms"], name)
            if own is not None:
                seen[name] = axes.scatter(own / base, row, s=52, color=LIGHT[colour], zorder=3 + (name == "minidl"))
        if compared:
            seen["aim"] = axes.scatter(one["aim"], row, s=150, marker="|", color=LIGHT["ink"], zorder=5)
    unit = "time, PyTorch = 1" if compared else "ms a step"
    axes.set(xscale="log", ylim=(len(speed) - 0.5, -0.5), xlabel=f"{unit} (log scale)")
    axes.set_yticks(range(len(speed)), [name.replace("_", " ") for name in speed])
    axes.set_title("One step: further left is faster")
    axes.legend(seen.values(), seen, loc="lower right" if compared else "upper right", fontsize=9)


def draw_memory(axes, memory):
    """What a step adds to the process, two bars a work."""
    names = list(next(iter(memory.values())))
    for k, name in enumerate(names):
        heights = [max(own[name]["step"], 0.05) for own in memory.values()]
        places = [row + 0.36 * (k - (len(names) - 1) / 2) for row in range(len(memory))]
        axes.barh(places, heights, 0.34, color=LIGHT[COLOURS[name]], label=name)
    axes.set(xscale="log", ylim=(len(memory) - 0.5, -0.5), xlabel="MB that a step adds at most (log scale)")
    axes.set_yticks(range(len(memory)), [name.replace("_", " ") for name in memory])
    axes.set_title("Memory of one step: shorter is less")


def draw_growth(axes, one):
    """Times over sizes; the title has the fitted powers."""
    for name, times in one["ms"].items():
        axes.plot(one["sizes"], times, "o-", markersize=4, linewidth=1.5, color=LIGHT[COLOURS[name]], label=name)
    powers = ", ".join(f"{name} {one['axis']}^{power:.1f}" for name, power in one["exponent"].items())
    axes.set(xscale="log", yscale="log", ylabel="ms a step")
    axes.set_xticks(one["sizes"][::2], one["sizes"][::2])
    axes.set_xticks([], minor=True)
    axes.set_xlabel(one["axis"], fontsize=10)
    axes.set_title(powers, fontsize=10)


def draw_chapters(axes, seconds):
    """A bar for each chapter."""
    names = [name.replace("_", " ") for name in seconds]
    axes.barh(names, seconds.values(), color=LIGHT["value"])
    axes.invert_yaxis()
    axes.set(xlabel="seconds from the first cell to the last")
    axes.set_title(f"All {len(names)} chapters run in {sum(seconds.values()):.0f} seconds")


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    picture(json.loads((folder / "benchmark.json").read_text())).save(folder / "benchmark.svg")
