"""A flame picture: where a model's arithmetic, bytes or time goes."""

from minidl.viz.figure import FigurePicture, plain_label, wrapped
from minidl.viz.runs.flame import QUANTITIES, flame_blocks, flame_title, in_units, plural
from minidl.viz.theme import LIGHT

WIDTH = 8.0  # inches


def flame(profile, by="flops", title=None):
    """Draw a profile as a flame: a block is as wide as what it costs, and stands on the module that contains it.

    Parameters
    ----------
    profile : minidl.profile.Profile
    by : {"flops", "bytes", "seconds", "kept"}
        What makes a block wide.
    title : str, optional
        What the reader should see.

    Returns
    -------
    FigurePicture
        Its `data` is a list of dicts: "name", "kind", "direction", "depth", "start", "width", "amount".
    """
    blocks = flame_blocks(profile, by)
    title = title or flame_title(blocks, by)
    deepest = max(block.depth for block in blocks)

    def draw(figure):
        axes = figure.subplots()
        for block in blocks:
            axes.barh(
                block.depth, block.width, left=block.start, height=0.92, color=_colour(block), edgecolor=LIGHT["ground"]
            )
            room = int(block.width * WIDTH * 11)
            if room >= 3:
                ink = LIGHT["ground"] if block.kind == "operation" else LIGHT["ink"]
                middle = block.start + block.width / 2
                label = plain_label(block.name, room)
                axes.text(middle, block.depth, label, ha="center", va="center", fontsize=9, color=ink, clip_on=True)
        axes.set(xlim=(0, 1), ylim=(-0.5, deepest + 0.5), yticks=[], xlabel=f"share of all {plural(by)}")
        axes.grid(visible=False)
        figure.suptitle(wrapped(title, WIDTH), x=0.01, ha="left", fontsize=12)
        return [
            (axes, block.start + block.width / 2, block.depth, _said(block, by)) for block in blocks if block.width > 0.002
        ]

    data = [vars(block) for block in blocks]
    return FigurePicture(draw, f"Flame: {title}", data, size=(WIDTH, 1.2 + 0.42 * (deepest + 1)))


def _colour(block):
    own = "value" if block.direction == "forward" else "gradient"
    return LIGHT[own if block.kind == "operation" else f"{own}-soft"]


def _said(block, by):
    name = block.name if block.kind == "direction" else f"{block.name} ({block.direction})"
    return f"{name}\n{in_units(block.amount, QUANTITIES[by])}, {block.width:.1%} of all"
