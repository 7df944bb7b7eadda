"""Train the networks of chapter 14 with other seeds than the chapter's, and keep the weights beside this file.

    python assets/models/what_is_where/train.py     (or `make models`)

About a minute on one core. The chapter trains a detector of digits and a U-Net itself, both with seed 0; these show the
spread. The code is that of the chapter: its cells are run from the notebook, so that both are the same.
"""

from pathlib import Path

import nbformat

import minidl as md

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "14_what_is_where.ipynb"
CELLS = ("import", "canvas", "canvases", "made", "targets", "detector", "train", "unet", "batches", "paint")
DETECTORS, UNETS = (1, 2), {"cross_entropy": (1, 2), "dice": (0, 1, 2)}


def chapter():
    """What the cells define that networks are made and trained with."""
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    names = {}
    for name in CELLS:
        exec(compile(cells[name], name, "exec"), names)
    return names


def trained_detector(names, seed):
    """A detector of digits, as in section 3."""
    learn = names["on_some"](names["images"], names["heat"], names["sides"])
    md.manual_seed(seed)
    return names["descend"](names["detector"](classes=10, width=16), learn, steps=240)


def trained_unet(names, loss, seed):
    """A U-Net, as in sections 7 and 8."""
    function, lr = {"cross_entropy": (names["cross_entropy"], 0.01), "dice": (names["dice_loss"], 0.02)}[loss]
    return names["paint"](function, seed, lr=lr)


def save(model, name):
    """Keep the weights."""
    md.save(model.half().state_dict(), Path(__file__).with_name(f"{name}.safetensors"))
    print(name, flush=True)


def main():
    """Train every network, and save it."""
    names = chapter()
    for loss, seeds in UNETS.items():
        for seed in seeds:
            save(trained_unet(names, loss, seed), f"unet_{loss}{seed}")
    for seed in DETECTORS:
        save(trained_detector(names, seed), f"detector{seed}")


if __name__ == "__main__":
    main()
