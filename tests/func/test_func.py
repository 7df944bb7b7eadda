"""minidl.func: derivatives and maps of functions, nested in each other, agree with PyTorch's torch.func."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl import func
from minidl.errors import GraphError, ShapeError
from tests.autograd.derivatives import same, told
from tests.func.transformations import CASES

PYTORCH = json.loads((Path(__file__).parents[1] / "fixtures" / "transformations.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_transformations_of_functions_are_those_of_pytorch(name):
    assert same(told(md, CASES[name]), PYTORCH[name])


# Derivatives


def test_a_derivative_leaves_no_gradient_behind():
    w, x = md.ones(2, requires_grad=True), md.ones(2, requires_grad=True)
    func.grad(lambda x: (x * w).sum())(x)
    func.jacfwd(func.jacrev(lambda x: x * w))(x)
    assert w.grad is None
    assert x.grad is None


def test_a_result_that_nobody_outside_can_follow_keeps_no_graph():
    w = md.ones(2, requires_grad=True)
    slope, value = func.grad_and_value(lambda x: (x**2).sum() + w.sum())(md.ones(2))
    assert not slope.requires_grad  # 2 x, in which w is not
    assert value.requires_grad


def test_linearize_runs_the_function_once():
    calls = []
    _, line = func.linearize(lambda x: calls.append(x) or x.sin(), md.ones(2))
    assert [line(md.tensor([1.0, k])).array[1] for k in (1.0, 2.0)] == pytest.approx([np.cos(1), 2 * np.cos(1)])
    assert len(calls) == 1


def test_the_gradient_of_a_function_with_a_backward_of_its_own():
    class Cube(md.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            return 3 * g * ctx.saved_tensors[0] ** 2

    x = md.tensor([1.0, 2.0])
    assert md.vmap(func.grad(func.grad(Cube.apply)))(x).tolist() == [6, 12]
    assert func.jacfwd(Cube.apply)(x).tolist() == [[3, 0], [0, 12]]


def test_derivatives_say_what_they_were_given():
    x = md.ones(2)
    with pytest.raises(ShapeError, match=r"returned shape \(2,\). For several numbers there are vjp and jacrev"):
        func.grad(lambda x: x)(x)
    with pytest.raises(TypeError, match=r"a derivative is taken with respect to tensors, and this is a float: 3\.0"):
        func.grad(lambda x: x)(3.0)
    with pytest.raises(ValueError, match="argnums=1 asks for an argument that is not there: the function was given 1"):
        func.grad(lambda x: x.sum(), argnums=1)(x)
    with pytest.raises(TypeError, match=r"u has the form \*, and the result \('\*', '\*'\)"):
        func.vjp(lambda x: (x, x), x)[1](x)
    with pytest.raises(GraphError, match="the result does not depend on the arguments"):
        func.jvp(lambda x: md.ones(1), (x,), (x,), strict=True)


# vmap


def test_vmap_allows_what_depends_on_the_values():
    x = md.tensor([[1.0, 2.0], [-3.0, 1.0]])
    assert md.vmap(lambda r: r if r.sum() > 0 else -r)(x).tolist() == [[1, 2], [3, -1]]
    assert md.vmap(lambda r: r * r.max().item())(x).tolist() == [[2, 4], [-3, 1]]


def test_vmap_draws_random_numbers_as_it_is_told():
    x = md.zeros(3)
    md.manual_seed(0)
    different = md.vmap(lambda x: x + md.rand(()), randomness="different")(x)
    md.manual_seed(0)
    assert different.tolist() == [md.rand(()).item() for _ in range(3)]
    same = md.vmap(lambda x: x + md.rand(()), randomness="same")(x)
    assert len(set(same.tolist())) == 1


def test_vmap_that_refuses_random_numbers_leaves_the_stream_where_it_was():
    md.manual_seed(0)
    with pytest.raises(GraphError, match=r'the function drew random numbers. .* randomness="same" or "different"'):
        md.vmap(lambda x: x + md.rand(()))(md.zeros(3))
    after = md.rand(2).tolist()
    md.manual_seed(0)
    assert after == md.rand(2).tolist()


def test_vmap_says_what_does_not_fit():
    x = md.ones(2, 3)
    with pytest.raises(ShapeError, match=r"different numbers of examples, \[2, 3\]: their shapes are \[\(2, 3\), \(3,\)\]"):
        md.vmap(lambda a, b: a)(x, md.ones(3))
    with pytest.raises(ValueError, match="a int has no examples to count; pass None for it in in_dims"):
        md.vmap(lambda a, b: a)(x, 3)
    with pytest.raises(ValueError, match=r"in_dims does not have the form of the arguments: \('\*', '\*'\) does not match"):
        md.vmap(lambda a: a, in_dims=(0, 0))(x)
    with pytest.raises(ValueError, match="out_dims is None for a result that differs from example to example"):
        md.vmap(lambda a: a * md.arange(3), out_dims=None)(md.arange(2))
    with pytest.raises(ValueError, match="gave results of different forms"):
        md.vmap(lambda a: a if a > 0 else (a, a))(md.arange(2))


def test_gradients_of_single_examples_are_those_of_per_sample_grads():
    model = md.nn.Linear(4, 3).double()
    parameters = {name: p.detach() for name, p in model.named_parameters()}
    x, y = md.randn(6, 4, dtype=md.float64), md.randint(0, 3, (6,))
    loss = md.nn.functional.cross_entropy
    one = lambda p, x, y: loss(func.functional_call(model, p, x.unsqueeze(0)), y.unsqueeze(0))
    found = md.vmap(func.grad(one), in_dims=(None, 0, 0))(parameters, x, y)
    expected = md.autograd.per_sample_grads(lambda x, y: loss(model(x), y), model.parameters(), x, y)
    for a, b in zip(found.values(), expected, strict=True):
        np.testing.assert_allclose(a.array, b.array, rtol=1e-12)


# Modules


class Tied(md.nn.Module):
    """One weight under two names, and a buffer that is assigned anew."""

    def __init__(self):
        super().__init__()
        self.a, self.b = md.nn.Linear(2, 2, bias=False), md.nn.Linear(2, 2, bias=False)
        self.b.weight = self.a.weight
        self.register_buffer("count", md.zeros(()))

    def forward(self, x):
        self.count = self.count + 1
        return self.b(self.a(x))


def test_a_module_has_its_own_parameters_again():
    model, x = Tied(), md.ones(2)
    own, count = model.a.weight, model.count
    func.functional_call(model, {"a.weight": md.eye(2), "count": md.ones(())}, x)
    assert model.a.weight is own
    assert model.b.weight is own
    assert model.count is count
    assert [name for name, _ in model.named_parameters()] == ["a.weight"]


def test_a_module_has_its_own_parameters_again_after_an_exception():
    model = md.nn.Sequential(md.nn.Linear(2, 2), md.nn.Linear(3, 1))
    own = list(model.parameters())
    with pytest.raises(ShapeError):
        func.functional_call(model, {"0.weight": md.eye(2), "1.bias": md.ones(1)}, md.ones(1, 2))
    assert all(a is b for a, b in zip(model.parameters(), own, strict=True))
    with pytest.raises(TypeError, match=r"0.bias must be a Tensor, not a float"):
        func.functional_call(model, {"0.weight": md.eye(2), "0.bias": 1.0}, md.ones(1, 2))
    assert all(a is b for a, b in zip(model.parameters(), own, strict=True))


def test_tied_weights_stay_tied_unless_told_otherwise():
    model, x = Tied(), md.tensor([1.0, 2.0])
    double = 2 * md.eye(2)
    for name in ("a.weight", "b.weight"):
        assert func.functional_call(model, {name: double}, x).tolist() == [4, 8]
    both = {"a.weight": double, "b.weight": md.eye(2)}
    with pytest.raises(ValueError, match=r"a.weight, b.weight are one tensor in Tied, and were given different ones"):
        func.functional_call(model, both, x)
    assert func.functional_call(model, both, x, tie_weights=False).tolist() == [2, 4]


def test_a_buffer_that_is_assigned_anew_is_new_in_the_dict():
    buffers = {"count": md.tensor(5.0)}
    func.functional_call(Tied(), buffers, md.ones(2))
    assert buffers["count"].item() == 6


def test_strict_names_what_is_missing_and_what_is_unknown():
    with pytest.raises(GraphError, match=r"not those of Linear. Missing: weight. Not in the module: wait"):
        func.functional_call(md.nn.Linear(2, 1), {"wait": md.ones(2), "bias": md.ones(1)}, md.ones(2), strict=True)


def test_an_ensemble_can_be_trained():
    models = [md.nn.Linear(2, 1) for _ in range(3)]
    parameters, buffers = func.stack_module_state(models)
    call = lambda p, b, x: func.functional_call(models[0], (p, b), (x,))
    x = md.randn(4, 2)
    y = md.vmap(call, in_dims=(0, 0, None))(parameters, buffers, x)
    for out, model in zip(y, models, strict=True):
        np.testing.assert_allclose(out.detach().array, model(x).detach().array, rtol=1e-6)
    (y**2).sum().backward()
    assert parameters["weight"].grad.shape == (3, 1, 2)


def test_what_is_missing_says_what_there_is():
    with pytest.raises(AttributeError, match="changes in place are differentiated as they are"):
        _ = func.functionalize
    with pytest.raises(AttributeError, match="Did you mean jacrev"):
        _ = func.jacrew
