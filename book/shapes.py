"""What goes into an operation and what comes out of it: a diagram of shapes, and what the operation costs."""

import html
import re
from math import prod
from typing import NamedTuple

import numpy as np

import minidl as md
from book.examples import COSTS, EXAMPLES, UNCOUNTED
from minidl.engine.watching import Observer, observed
from minidl.profile.costs import FOR_EACH, FREE, flops
from minidl.viz.theme import FONT


class Call(NamedTuple):
    """One call of an operation: its arrays by name and the result, each as a list of (axis, size), and all bytes."""

    given: dict
    result: list
    bytes: int


class Seen(Observer):
    """What an operation was given and returned when it ran last."""

    def __init__(self, name):
        self.name, self.shapes, self.out, self.bytes = name, [], (), 0

    def ran(self, operation, args, kwargs, arrays, out):
        """Note shapes and bytes."""
        if operation.name == self.name:
            given = [array for array in arrays if isinstance(array, np.ndarray)]
            self.shapes, self.out = [array.shape for array in given], out.shape
            self.bytes = sum(array.nbytes for array in given) + out.array.nbytes


def axes_of(text):
    """Arguments and their axes.

    >>> axes_of("x: N=4 in=3; ⟨t⟩: N=4")
    {'x': [('N', 4), ('in', 3)], '⟨t⟩': [('N', 4)]}
    """
    pairs = lambda axes: [(name, int(size)) for name, _, size in (axis.partition("=") for axis in axes.split())]
    return {name: pairs(axes) for name, _, axes in (part.partition(":") for part in text.split("; "))}


def called(operation):
    """The example of an operation, run; None for one that has none."""
    if operation.name not in EXAMPLES:
        return None
    text, call, names = EXAMPLES[operation.name]
    given = axes_of(text)
    md.manual_seed(0)
    tensors = {
        name.strip("⟨⟩"): md.ones(sizes, dtype=md.int64) if name[0] == "⟨" else md.rand(sizes)
        for name, sizes in ((name, [size for _, size in axes]) for name, axes in given.items())
    }

    def write(base, values):
        """Into the two middle rows."""
        base = base.requires_grad_().clone()
        base[1:3].copy_(values)

    seen = Seen(operation.name)
    with observed(seen):
        eval(call, {"op": operation, "md": md, "np": np, "write": write, **tensors})
    wanted = [tuple(size for _, size in axes) for axes in given.values()]
    if seen.shapes != wanted or len(seen.out) != len(names.split()):
        raise ValueError(f"the example of {operation.name} says {wanted}, and it was given {seen.shapes} -> {seen.out}")
    return Call(given, list(zip(names.split(), seen.out, strict=True)), seen.bytes)


def cost(operation, call):
    """What an operation costs, in a line: arithmetic as `minidl.profile` counts it, numbers and bytes that move at least."""
    name, moved = operation.name, "no byte moves where the result can be another look at the same memory"
    if not operation.view:
        moved = "each argument is read once and the result written once, at least"
    if name in FREE:
        work = "no arithmetic"
    elif name in UNCOUNTED:
        work = f"{UNCOUNTED[name]}; minidl.profile does not count it in full"
    elif name in COSTS:
        work = f"{COSTS[name]} FLOPs"
    else:
        each = FOR_EACH.get(name, 1)
        work = f"{each} FLOP{'s' * (each > 1)} for each number of its largest array"
    if call is None:
        return f"{work}; {moved}."
    shapes = [tuple(size for _, size in axes) for axes in call.given.values()]
    out = tuple(size for _, size in call.result)
    if name in COSTS or (name not in FREE and name not in UNCOUNTED):
        options = {"inputs": ("nij", "njk")} if name == "einsum" else None
        work += f", here {flops(name, shapes, out, options):,}"
    if not operation.view:
        moved += f", here {sum(map(prod, [*shapes, out])):,} numbers or {call.bytes:,} bytes"
    return f"{work}; {moved}."


# -- the picture

CELL, SHEET, MOST = 11, 5, 3  # units of a cell, shift of a sheet behind another, sheets that are drawn at most
LARGER = 1.25  # pixels for each unit
COLOURS = ("value", "gradient", "parameter", "second", "third")


def diagram(name, call):
    """Grids of cells, inputs on the left and the result on the right; an axis has the same colour in all of them."""
    axes = dict.fromkeys(axis for tensor in (*call.given.values(), call.result) for axis, _ in tensor)
    colours = {axis: COLOURS[k % len(COLOURS)] for k, axis in enumerate(axes)}
    pieces, x, height = [], 4, 0
    for label, tensor in (*call.given.items(), ("→", None), ("result", call.result)):
        drawn, wide, high = (arrow(), 22, 0) if tensor is None else grid(label, tensor, colours)
        pieces.append(f'<g transform="translate({x} 0)">{drawn}</g>')
        x, height = x + wide + 16, max(height, high)
    shapes = ", ".join(f"{label} {described(tensor)}" for label, tensor in call.given.items())
    words = html.escape(f"{name}: {shapes} gives {described(call.result)}")
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 {x} {height + 6}" style="min-width: {x}px" '
        f'width="{LARGER * x:.0f}" height="{LARGER * (height + 6):.0f}" font-size="11" font-family="{FONT}">'
        f"{''.join(pieces)}</svg>"
    )


def described(axes):
    """A shape in words.

    >>> described([("N", 4), ("in", 3)]), described([])
    ('(N 4, in 3)', '(a number)')
    """
    return f"({', '.join(f'{axis} {size}' if axis != str(size) else axis for axis, size in axes) or 'a number'})"


def arrow():
    """From the inputs to the result."""
    return '<path d="M0 40h16m-5-5l5 5l-5 5" fill="none" stroke="var(--md-faint)" stroke-width="1.5"/>'


def grid(label, axes, colours):
    """One tensor: its last two axes as rows and columns, those before them as sheets; its piece of SVG, width and height."""
    (row, rows), (column, columns) = ([("", 1), ("", 1), *axes])[-2:]
    sheets = min(MOST, prod(size for _, size in axes[:-2]))
    left, top, back = 4, 20, (sheets - 1) * SHEET
    wide, high = columns * CELL, rows * CELL
    pieces = [
        f'<rect x="{left + k * SHEET}" y="{top + back - k * SHEET}" width="{wide}" height="{high}" fill="var(--md-ground)" '
        'stroke="var(--md-line)"/>'
        for k in reversed(range(1, sheets))
    ]
    y = top + back
    lines = [f"M{left + k * CELL} {y}v{high}" for k in range(columns + 1)]
    lines += [f"M{left} {y + k * CELL}h{wide}" for k in range(rows + 1)]
    pieces.append(f'<rect x="{left}" y="{y}" width="{wide}" height="{high}" fill="var(--md-panel)"/>')
    pieces.append(f'<path d="{"".join(lines)}" fill="none" stroke="var(--md-line)"/>')
    edge = lambda axis, path: f'<path d="{path}" stroke="var(--md-{colours[axis]})" stroke-width="3" fill="none"/>'
    if column:
        pieces.append(edge(column, f"M{left} {y - 1}h{wide}"))
    if row:
        pieces.append(edge(row, f"M{left - 1} {y}v{high}"))
    pieces.append(f'<text x="0" y="12" font-weight="bold" fill="var(--md-ink)">{html.escape(label.strip("⟨⟩"))}</text>')
    names = [
        f'<text x="0" y="{y + high + 14 + 13 * k}" fill="var(--md-{colours[axis]})">{html.escape(words(axis, size))}</text>'
        for k, (axis, size) in enumerate(axes)
    ] or [f'<text x="0" y="{y + high + 14}" fill="var(--md-faint)">a number</text>']
    longest = max([len(label), *(len(words(*axis)) for axis in axes or [("a", "number")])])
    return "".join([*pieces, *names]), max(left + wide + back, 7 * longest), y + high + 4 + 13 * max(1, len(axes))


def words(axis, size):
    """An axis with its size.

    >>> words("N", 4), words("3", 3)
    ('N = 4', '3')
    """
    return axis if axis == str(size) else f"{axis} = {size}"


def value(formula, call):
    """What a formula of COSTS gives with the sizes of an example."""
    sizes = {axis: size for tensor in (*call.given.values(), call.result) for axis, size in tensor}
    text = re.sub(r"[A-Za-z]+′?", lambda match: str(sizes[match[0]]), formula).replace("·", "*")
    return eval(text)
