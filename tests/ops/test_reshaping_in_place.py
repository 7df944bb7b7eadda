"""Shapes changed in place: the values stay, and gradients find what was used before."""

import pytest

import minidl as md


def test_a_view_of_before_still_shares_the_memory():
    x = md.zeros(2, 3)
    row = x[0]
    x.t_()
    assert x.shape == (3, 2)
    row.fill_(5)
    assert x.tolist() == [[5, 0], [5, 0], [5, 0]]
    x[0] = 7
    assert row.tolist() == [7, 5, 5]


def test_gradients_go_to_what_was_used_before_and_after():
    w = md.ones(2, 3, requires_grad=True)
    y = 2 * w
    row = y[0]
    y.t_().mul_(3)
    (row.sum() + y[0].sum()).backward()
    assert w.grad.tolist() == [[12, 6, 6], [6, 0, 0]]


def test_what_was_saved_before_gives_second_derivatives():
    w = md.full((2, 3), 2.0, requires_grad=True)
    y = w * w
    z = y * y
    y.unsqueeze_(0)
    (slope,) = md.grad(z.sum() + y.sum(), w, create_graph=True)
    assert slope.tolist() == [[4 * 8 + 4.0] * 3] * 2
    assert md.grad(slope.sum(), w)[0].tolist() == [[12 * 4 + 2.0] * 3] * 2


def test_a_leaf_that_requires_a_gradient_keeps_its_shape_unless_nothing_is_recorded():
    w = md.ones(2, 3, requires_grad=True)
    with pytest.raises(md.errors.GraphError, match="leaf that requires a gradient"):
        w.t_()
    with md.no_grad():
        assert w.t_() is w
    assert w.shape == (3, 2)
    assert w.is_leaf
    assert w.requires_grad


def test_a_retained_gradient_has_the_shape_of_now():
    w = md.ones(2, 3, requires_grad=True)
    y = 2 * w
    y.retain_grad()
    y.unsqueeze_(0)
    y.sum().backward()
    assert y.grad.shape == (1, 2, 3)


def test_a_constant_may_be_written_into_elements_that_share_their_memory():
    x = md.zeros(1).expand(3)
    assert x.fill_(2).tolist() == [2, 2, 2]
    assert x.zero_().tolist() == [0, 0, 0]
    for change in (lambda: x.add_(1), lambda: x.copy_(md.ones(3)), lambda: x.uniform_()):
        with pytest.raises(md.errors.GraphError, match="expand"):
            change()


def test_contiguous_elements_lie_in_the_order_of_their_indices():
    x = md.arange(6).reshape(2, 3).T
    assert not x.is_contiguous()
    assert x.contiguous().is_contiguous()
    assert x.contiguous().tolist() == x.tolist()


def test_as_strided_says_what_it_cannot_read():
    x = md.arange(6)
    for call, words in (
        (lambda: x.reshape(2, 3).T.as_strided((2, 2), (1, 1)), "contiguous"),
        (lambda: x.as_strided((4, 2), (2, 1)), "element 7 of a tensor with 6"),
        (lambda: x.as_strided((2, 2), (1,)), "a step"),
        (lambda: x[2:].as_strided((2, 2), (1, 1), 0), "begins elsewhere"),
        (lambda: x.unfold(0, 7, 1), "do not fit"),
    ):
        with pytest.raises(md.errors.ShapeError, match=words):
            call()


def test_writing_into_windows_changes_what_they_show():
    x = md.zeros(5)
    x.unfold(0, 2, 1)[1].fill_(3)
    assert x.tolist() == [0, 3, 3, 0, 0]
