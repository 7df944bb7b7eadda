"""What must hold for all inputs, tried on random ones (Hypothesis)."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, mutually_broadcastable_shapes

import minidl as md
from minidl.autograd.functional import jvp, vjp
from minidl.engine.broadcasting import unbroadcast
from minidl.engine.registry import REGISTRY

numbers = st.floats(-3, 3, allow_subnormal=False, width=32)
small = array_shapes(min_dims=0, max_dims=4, max_side=4)


def leaf(array):
    return md.tensor(array, dtype=md.float64, requires_grad=True)


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), st.data())
def test_broadcasting_sums_back(shapes, data):
    a, b = (leaf(data.draw(arrays(float, shape, elements=numbers))) for shape in shapes.input_shapes)
    (a * b).sum().backward()
    np.testing.assert_allclose(a.grad.array, unbroadcast(np.broadcast_to(b.array, shapes.result_shape), a.shape), atol=1e-12)
    assert b.grad.shape == b.shape


@given(arrays(float, small, elements=numbers), st.sampled_from(["exp", "tanh", "sin", "sigmoid", "square", "erf"]))
def test_a_pullback_is_linear(x, name):
    operation = getattr(md, name)
    t = leaf(x)
    u, v = np.cos(np.arange(x.size)).reshape(x.shape), np.sin(1 + np.arange(x.size)).reshape(x.shape)

    def pull(g):
        return md.grad(operation(t), t, md.Tensor(g))[0].array

    np.testing.assert_allclose(pull(2 * u - 3 * v), 2 * pull(u) - 3 * pull(v), atol=1e-10)


@given(arrays(float, st.integers(1, 5), elements=numbers), st.integers(0, 100))
def test_jvp_and_vjp_agree(x, seed):
    rng = np.random.default_rng(seed)
    A = md.Tensor(rng.standard_normal((3, x.size)))
    v, w = md.Tensor(rng.standard_normal(x.size)), md.Tensor(rng.standard_normal(3))

    def f(x):
        return (A @ x.tanh()).sin()

    forward = (jvp(f, md.Tensor(x), v)[1] * w).sum().item()
    backward = (vjp(f, md.Tensor(x), w)[1] * v).sum().item()
    assert forward == pytest.approx(backward, rel=1e-9, abs=1e-12)


@given(arrays(float, array_shapes(max_dims=4, max_side=4), elements=numbers), st.randoms(use_true_random=False))
def test_permutation_and_reshape_invert(x, random):
    t = leaf(x)
    order = random.sample(range(x.ndim), x.ndim)
    back = t.permute(*order).permute(*np.argsort(order).tolist())
    assert md.equal(back, t)
    again = t.reshape(-1).reshape(x.shape)
    weights = np.arange(x.size, dtype=float).reshape(x.shape)
    ((back + again) * md.Tensor(weights)).sum().backward()
    np.testing.assert_allclose(t.grad.array, 2 * weights)


@given(arrays(float, array_shapes(max_dims=3, max_side=4), elements=numbers), st.data())
def test_indexing_takes_what_numpy_takes_and_gives_back_to_where_it_came_from(x, data):
    from hypothesis.extra.numpy import basic_indices

    index = data.draw(basic_indices(x.shape, allow_newaxis=True))
    assume(not any(isinstance(i, slice) and (i.step or 1) < 0 for i in (index if isinstance(index, tuple) else (index,))))
    t = leaf(x)
    part = t[index]
    np.testing.assert_array_equal(part.array, x[index])
    expected = np.zeros_like(x)
    expected[index] += 1
    assume(part.requires_grad)
    part.sum().backward()
    np.testing.assert_array_equal(t.grad.array, expected)


UNARY = [
    lambda x: x.tanh(),
    lambda x: x.sin(),
    lambda x: (x * 0.3).exp(),
    lambda x: x.square() * 0.2,
    lambda x: x.sigmoid(),
    lambda x: -x,
]
BINARY = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b.square() + 1), md.logaddexp]


@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12),
    st.integers(0, 9),
)
def test_gradients_of_random_graphs_are_slopes(program, seed):
    """Every step applies an operation to results of earlier steps, so that forks and long ways come up."""
    rng = np.random.default_rng(seed)

    def run(a, b):
        made = [a, b]
        for operation, i, j in program:
            if operation < len(UNARY):
                made.append(UNARY[operation](made[i % len(made)]))
            else:
                made.append(BINARY[operation - len(UNARY)](made[i % len(made)], made[j % len(made)]))
        return made[-1].tanh().sum() + (a * b).sum()

    inputs = [leaf(rng.uniform(-1, 1, (2, 3))), leaf(rng.uniform(-1, 1, 3))]
    assert md.gradcheck(run, inputs, atol=1e-6, rtol=1e-4)


@given(arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.floats(-1e3, 1e3)))
def test_softmax_and_logsumexp_never_overflow(x):
    t = md.Tensor(x)
    p = t.softmax(1)
    np.testing.assert_allclose(p.sum(1).array, 1, rtol=1e-12)
    assert np.isfinite(t.log_softmax(1).array).all()
    np.testing.assert_allclose(
        t.logsumexp(1).array, x.max(1) + np.log(np.exp(x - x.max(1, keepdims=True)).sum(1)), rtol=1e-12
    )


@pytest.mark.filterwarnings("error")
def test_numbers_too_far_apart_for_a_difference_have_chances_of_0_and_1():
    far = leaf([1.7e308, -1e308, 1.0])
    assert far.softmax(0).tolist() == [1, 0, 0]
    assert far.logsumexp(0).item() == 1.7e308
    far.softmax(0)[0].backward()
    assert far.grad.tolist() == [0, 0, 0]


@given(arrays(float, array_shapes(max_dims=2, max_side=5), elements=st.integers(0, 2).map(float)))
def test_the_gradient_of_max_is_shared_between_ties(x):
    t = leaf(x)
    t.max().backward()
    hit = x == x.max()
    np.testing.assert_allclose(t.grad.array, hit / hit.sum())


@given(st.permutations(range(6)))
def test_results_do_not_depend_on_the_order_in_which_branches_were_made(order):
    x = leaf(np.array([0.3, -0.8]))
    branches = [lambda x, k=k: (x * (k + 1)).sin() for k in range(6)]
    made = {k: branches[k](x) for k in order}
    md.stack([made[k] for k in range(6)]).sum().backward()
    expected = sum((k + 1) * np.cos(x.detach().array * (k + 1)) for k in range(6))
    np.testing.assert_allclose(x.grad.array, expected, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_formulas_are_balanced(name):
    for latex in (REGISTRY[name].formula, REGISTRY[name].gradient):
        assert latex.count("{") == latex.count("}")


def test_norm_and_root_at_zero():
    x = leaf(np.zeros(3))
    x.norm().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    y = leaf(np.zeros(()))
    with np.errstate(divide="ignore"):
        y.sqrt().backward()
    assert y.grad.item() == np.inf
