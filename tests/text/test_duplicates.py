"""How alike texts are, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl.errors import DtypeError, ShapeError
from minidl.text import similarity

texts = st.lists(st.text(max_size=12), min_size=1, max_size=5)


@given(texts, texts, st.integers(1, 4))
def test_it_is_symmetric_between_0_and_1_and_1_for_a_text_and_itself(left, right, n):
    both = similarity(left, right, n).numpy()
    assert both.shape == (len(left), len(right))
    assert np.array_equal(both, similarity(right, left, n).numpy().T)
    assert (both >= 0).all()
    assert (both <= 1).all()
    assert np.array_equal(np.diag(similarity(left, left, n).numpy()), np.ones(len(left)))


def test_it_is_twice_what_is_shared_by_the_sum_of_both():
    assert similarity(["abcd"], ["bcde"], n=2).item() == pytest.approx(2 * 2 / (5 + 5))  # bc and cd; ends are marked


def test_capitals_and_runs_of_spaces_do_not_count():
    assert similarity(["Open  File"], ["open file"]).item() == 1


def test_texts_of_one_letter_and_empty_ones_can_be_compared():
    assert similarity(["a", "", "b"], ["a", ""]).tolist() == [[1, 0], [0, 1], [0, 0]]


def test_what_is_no_list_of_texts_is_refused():
    with pytest.raises(DtypeError, match="others are a list of texts, one for each example, and this is one text"):
        similarity(["a"], "a text")
    with pytest.raises(ShapeError, match="nothing to compare: 1 texts with 0"):
        similarity(["a"], [])
    with pytest.raises(DtypeError, match="texts are a list of texts"):
        similarity("a text", ["a"])
    with pytest.raises(ShapeError, match="at least one letter"):
        similarity(["a"], ["a"], n=0)
