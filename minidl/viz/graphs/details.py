"""What a box of the graph tells: statistics, histograms, heat maps, formulas with numbers, the line that made it."""

import linecache
from pathlib import PurePath

import numpy as np

from minidl.viz.graphs.maths import mathml, numbers_latex, put_in
from minidl.viz.summary import histogram, number_text, root_mean_square, scale_of, shape_text

BINS = 24
MOST_CELLS = 24  # of a heat map, along each side


def write_down(graph):
    """Keep in a graph what each of its boxes tells, and let go of the arrays."""
    for vertex in graph.vertices:
        vertex.details = vertex_details(vertex)
    graph.forget_arrays()


def box_details(box):
    """Everything about one box, as plain data for the browser.

    Returns
    -------
    dict
        title, kind, lines and gradient (pairs of text), formulas and numbers (pairs of text and MathML),
        histogram, gradient_histogram, heat, gradient_heat, source, size (root mean square of the gradient).
    """
    details = box.vertex.details
    if box.group is None:
        return details
    lines = [["operations", str(box.inside)], ["returns", details["title"]], *details["lines"]]
    kind = "closed: press Enter or click to open"
    return {**details, "title": box.group.label(), "kind": kind, "lines": lines, "formulas": [], "numbers": []}


def vertex_details(vertex):
    """The same for one vertex."""
    lines = {"shape": shape_text(vertex.shape), "dtype": vertex.dtype, **vertex.values}
    kind = (
        "operation"
        if vertex.kind == "operation"
        else "parameter: learned"
        if vertex.differentiable
        else "input: no gradient"
    )
    formulas = []
    if vertex.formula:
        formulas = [["computes", mathml(vertex.formula)], ["passes back", mathml(vertex.pullback or r"\text{nothing}")]]
    g = vertex.gradient_array
    return {
        "title": f"{vertex.variable} = {vertex.name}" if vertex.variable else vertex.name,
        "kind": kind,
        "lines": [list(line) for line in lines.items()],
        "gradient": [list(line) for line in vertex.gradient.items()],
        "formulas": formulas,
        "numbers": numbers(vertex),
        "histogram": bars(vertex.array),
        "gradient_histogram": None if g is None else bars(g),
        "heat": heat(vertex.array),
        "gradient_heat": None if g is None else heat(g),
        "source": source_text(vertex.source),
        "size": None if g is None or not np.isfinite(size := root_mean_square(g)) else size,  # JSON has no infinity
    }


def bars(array):
    """Counts of the finite values in equal bins between the smallest and the largest; None for few values."""
    if array.size <= 4 or array.dtype.kind not in "fiu":
        return None
    finite = array[np.isfinite(array)].astype(np.float64)
    if not finite.size:
        return None
    counts, edges = histogram(finite, BINS)
    return {"counts": counts.tolist(), "low": number_text(edges[0]), "high": number_text(edges[-1])}


def heat(array):
    """An array as at most `MOST_CELLS` by `MOST_CELLS` cells, means of blocks, in hundredths of the largest.

    None stands for NaN and infinity. Leading dimensions are written one below the other.
    """
    if array.size == 0 or array.ndim == 0:
        return None
    rows = array.reshape(-1, array.shape[-1]).astype(np.float64)
    rows = rows / scale_of(rows[np.isfinite(rows)])
    for axis in (0, 1):
        if rows.shape[axis] > MOST_CELLS:
            edges = np.linspace(0, rows.shape[axis], MOST_CELLS + 1).astype(int)
            sizes = np.diff(edges).reshape((-1, 1) if axis == 0 else (1, -1))
            with np.errstate(invalid="ignore"):  # the mean of both infinities is NaN
                rows = np.add.reduceat(rows, edges[:-1], axis=axis) / sizes
    sizes = np.abs(rows[np.isfinite(rows)])
    largest = sizes.max() if sizes.size and sizes.max() else 1.0
    return [[round(100 * v / largest) if np.isfinite(v) else None for v in row] for row in rows.tolist()]


def numbers(vertex):
    """The formulas of a small operation with its numbers put in."""
    if vertex.kind != "operation":
        return []
    values = {"y": vertex.array, **dict(vertex.inputs)}
    forward = put_in(vertex.formula, values)
    if forward is None:
        given = [(name, numbers_latex(a)) for name, a in [*vertex.inputs, ("y", vertex.array)]]
        if any(text is None for _, text in given):
            return []
        forward = r",\quad ".join(rf"\text{{{name}}} = {text}".replace("_", " ") for name, text in given)
    found = [["computes", mathml(forward)]]
    g = vertex.gradient_array
    if g is not None and numbers_latex(g) is not None:
        found.append(["gets back", mathml(rf"\bar y = {numbers_latex(g)}")])
    return found


def source_text(source):
    """The line that made a vertex, as [where, what]; without `watch` a hint how to see it."""
    if source is None:
        return ["", "computed outside of minidl.watch(): inside it, the line that made this would stand here"]
    file, number, function = source
    code = linecache.getline(file, number).strip()
    name = "this notebook" if "ipykernel" in file else PurePath(file).name
    return [f"{name}, line {number}" + (f", in {function}" if function != "<module>" else ""), code[:200]]
