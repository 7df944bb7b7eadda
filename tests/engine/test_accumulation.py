"""How gradients that arrive from several sides are added up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minidl as md
from minidl.engine.accumulation import Scatter


@given(
    table=st.integers(1, 40),
    named=st.integers(1, 300),
    width=st.sampled_from([(1,), (2,), (8,), (33,), (4, 8), (1, 1)]),
    dtype=st.sampled_from([np.float32, np.float64, np.float16]),
    with_slices=st.booleans(),
    seed=st.integers(0, 999),
)
def test_rows_named_often_get_the_digits_of_adding_one_after_the_other(table, named, width, dtype, with_slices, seed):
    rng = np.random.default_rng(seed)
    rows, values = rng.integers(-table, table, named), rng.standard_normal((named, *width)).astype(dtype)
    index = (rows, *[slice(None)] * len(width)) if with_slices else rows
    total = rng.standard_normal((table, *width)).astype(dtype)
    expected = total.copy()
    np.add.at(expected, index, values)
    Scatter(values, index, total.shape, repeats=True).add_to(total)
    assert total.tobytes() == expected.tobytes()


@pytest.mark.parametrize("vocabulary", [3, 5000])
def test_the_gradient_of_an_embedding_counts_every_word(vocabulary):
    table = md.zeros(vocabulary, 16, requires_grad=True)
    words = np.random.default_rng(0).integers(0, vocabulary, (20, 30))
    md.nn.functional.embedding(md.tensor(words), table).sum().backward()
    assert np.array_equal(table.grad.numpy()[:, 7], np.bincount(words.ravel(), minlength=vocabulary))
