"""Distances between rows: in pieces, without a table of all differences."""

import math
import tracemalloc

import numpy as np
import pytest

import minidl as md
from minidl.errors import DtypeError, ShapeError
from minidl.ops import distances


def value_and_gradients(function, *shapes):
    rng = np.random.default_rng(0)
    tensors = [md.tensor(rng.standard_normal(shape), requires_grad=True) for shape in shapes]
    y = function(*tensors)
    (y * md.cos(md.arange(y.numel(), dtype=y.dtype)).reshape(*y.shape)).sum().backward()
    return [t.detach().numpy() for t in (y, *(t.grad for t in tensors))]


@pytest.mark.parametrize("piece", [1, 7, 40, 1000])
@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0, math.inf])
def test_the_size_of_the_pieces_changes_no_distance_and_no_gradient(p, piece, monkeypatch):
    function, shapes = lambda a, b: md.cdist(a, b, p), [(2, 1, 4, 3), (5, 6, 3)]
    whole = value_and_gradients(function, *shapes)
    monkeypatch.setattr(distances, "PIECE", piece)
    for one, other in zip(whole, value_and_gradients(function, *shapes), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("p", [1.0, 2.0])
def test_no_table_of_all_differences_stands_in_memory(p):
    a, b = md.ones(600, 400, requires_grad=True), md.zeros(500, 400)
    tracemalloc.start()
    md.cdist(a, b, p).sum().backward()
    md.pdist(a, p).sum().backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 600 * 500 * 400 * 4 / 4


def test_a_product_of_matrices_gives_the_same_distances_to_the_digits_that_it_keeps():
    modes = ("use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    by_product, by_differences = (
        value_and_gradients(lambda a, b, mode=mode: md.cdist(a, b, compute_mode=mode), (2, 30, 5), (40, 5)) for mode in modes
    )
    for one, other in zip(by_product, by_differences, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_of_no_rows_there_are_no_distances_and_of_no_elements_they_are_0():
    assert md.cdist(md.ones(0, 3), md.ones(2, 3)).shape == (0, 2)
    assert md.cdist(md.ones(2, 0), md.ones(2, 0)).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert md.pdist(md.ones(1, 3)).shape == md.pdist(md.ones(0, 3)).shape == (0,)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: md.cdist(md.ones(3), md.ones(2, 3)), ShapeError, "the rows of matrices"),
        (lambda: md.cdist(md.ones(2, 3), md.ones(2, 4)), ShapeError, "rows of one length"),
        (lambda: md.cdist(md.ones(2, 3), md.ones(2, 3), p=-1), ValueError, "p must be at least 0"),
        (lambda: md.cdist(md.ones(2, 3), md.ones(2, 3), compute_mode="fast"), ValueError, "compute_mode must be one of"),
        (lambda: md.cdist(md.arange(6).reshape(2, 3), md.ones(2, 3)), DtypeError, "did you mean x.float"),
        (lambda: md.pdist(md.ones(2, 3, 4)), ShapeError, "the rows of one matrix"),
        (lambda: md.pdist(md.ones(2, 3), math.nan), ValueError, "p must be at least 0"),
    ],
)
def test_what_has_no_distance_is_refused(call, kind, text):
    with pytest.raises(kind, match=f"(?i){text}"):
        call()
