"""Optimisers: groups, state, and what they refuse. That the others descend as PyTorch's is tested in tests/runs."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError, ShapeError
from tests.optim.recipes import OPTIMIZERS, descent

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "optim.json").read_text())


def weights():
    return md.ones(2, requires_grad=True), md.ones(2, requires_grad=True)


def test_groups_have_settings_of_their_own():
    a, b = weights()
    optimizer = md.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    (a.sum() + b.sum()).backward()
    optimizer.step()
    assert a.tolist() == pytest.approx([0.9, 0.9])
    assert b.tolist() == pytest.approx([0.5, 0.5])


def test_a_parameter_without_a_gradient_stays():
    a, b = weights()
    optimizer = md.optim.Adam([a, b])
    a.sum().backward()
    optimizer.step()
    assert b.tolist() == [1.0, 1.0]
    assert len(optimizer.state) == 1


def test_a_closure_gives_the_loss():
    (a, _) = weights()
    optimizer = md.optim.SGD([a], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (a * a).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2.0
    assert a.tolist() == pytest.approx([0.8, 0.8])


def test_state_goes_on_in_another_optimizer():
    def run(optimizer, a, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            (a**4).sum().backward()
            optimizer.step()

    (a, _) = weights()
    whole = md.optim.Adam([a], lr=0.1)
    run(whole, a, 6)
    (b, _) = weights()
    first = md.optim.Adam([b], lr=0.1)
    run(first, b, 3)
    second = md.optim.Adam([b], lr=0.9)
    second.load_state_dict(first.state_dict())
    run(second, b, 3)
    assert b.tolist() == a.tolist()


def test_zeroed_gradients_are_none_or_zeros():
    (a, _) = weights()
    optimizer = md.optim.SGD([a], lr=0.1)
    a.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert a.grad is None


CASES = [(name, i) for name, settings in OPTIMIZERS.items() for i in range(len(settings))]


@pytest.mark.parametrize(("name", "i"), CASES)
def test_optimisers_descend_as_those_of_pytorch(name, i):
    found, _ = descent(md, name, OPTIMIZERS[name][i])
    for ours, theirs in zip(found, KEPT["optimizers"][name][i], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_dict_has_the_keys_and_values_of_pytorch(name):
    _, optimizer = descent(md, name, OPTIMIZERS[name][0])
    found, expected = optimizer.state_dict(), KEPT["states"][name]
    assert [set(group) for group in found["param_groups"]] == [set(group) for group in expected["param_groups"]]
    for number, state in expected["state"].items():
        ours = found["state"][int(number)]
        assert set(ours) == set(state)
        for key, value in state.items():
            np.testing.assert_allclose(ours[key].tolist(), value, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_goes_on_from_a_state_of_pytorch(name):
    kept = KEPT["states"][name]
    state = {int(i): {k: md.tensor(v) for k, v in s.items()} for i, s in kept["state"].items()}
    found, _ = descent(md, name, {}, {"state": state, "param_groups": kept["param_groups"]})
    _, other = descent(md, name, OPTIMIZERS[name][0])
    expected, _ = descent(md, name, {}, other.state_dict())
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_parameters_may_come_with_their_names():
    optimizer = md.optim.SGD(md.nn.Linear(2, 1).named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"][1].shape == (1,)


def test_a_group_may_carry_words_of_its_owner():
    optimizer = md.optim.SGD([{"params": [A], "name": "head", "lr_scale": 0.5}], lr=0.1)
    assert optimizer.param_groups[0]["name"] == "head"


def test_an_optimiser_of_ones_own_defines_a_step_as_in_pytorch():
    class Plain(md.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        @md.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    self.state[p].setdefault("moved", md.zeros_like(p)).add_(p.grad, alpha=-group["lr"])
                    p.add_(p.grad, alpha=-group["lr"])

    w, _ = weights()
    (w * w).sum().backward()
    optimizer = Plain([w], lr=0.25)
    optimizer.step()
    assert w.tolist() == [0.5, 0.5]
    assert optimizer.state_dict()["state"][0]["moved"].tolist() == [-0.5, -0.5]


@pytest.mark.parametrize("settings", [{"lr": 1e-2}, {"line_search_fn": "strong_wolfe"}])
def test_lbfgs_goes_on_from_its_state(settings):
    def run(optimizer, x, steps):
        def closure():
            optimizer.zero_grad()
            loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
            loss.backward()
            return loss

        for _ in range(steps):
            optimizer.step(closure)

    x, y = (md.tensor([-1.0, 0.5, 2.0], requires_grad=True) for _ in range(2))
    whole, first = (md.optim.LBFGS([p], max_iter=4, **settings) for p in (x, y))
    run(whole, x, 6)
    run(first, y, 3)
    second = md.optim.LBFGS([y])
    second.load_state_dict(first.state_dict())
    run(second, y, 3)
    assert y.tolist() == x.tolist()


A, B = weights()


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: md.optim.SGD([], lr=0.1), ValueError, "an optimizer without parameters has nothing to do"),
        (lambda: md.optim.SGD(A, lr=0.1), TypeError, "takes a list of tensors, such as model.parameters()"),
        (lambda: md.optim.SGD([1.0], lr=0.1), TypeError, "an optimizer changes tensors, and got a float"),
        (lambda: md.optim.SGD([A * 2], lr=0.1), MinidlError, "can only change leaves"),
        (lambda: md.optim.SGD([A], lr=-0.1), ValueError, "lr must not be negative, and is -0.1"),
        (
            lambda: md.optim.SGD([{"params": [A], "learning_rate": 1}], lr=0.1),
            ValueError,
            "SGD has no setting learning_rate: PyTorch, and so minidl, calls it lr",
        ),
        (lambda: md.optim.SGD([{"params": [A]}, {"params": [A]}], lr=0.1), ValueError, "in more than one group"),
        (lambda: md.optim.SGD([A], lr=0.1, nesterov=True), ValueError, "Nesterov's method needs a momentum"),
        (lambda: md.optim.Adam([A], betas=(1.0, 0.9)), ValueError, "betas[0] must be at least 0 and below 1, and is 1.0"),
        (lambda: md.optim.Muon([A]), ShapeError, "Muon is for matrices"),
        (lambda: md.optim.LBFGS([A]).step(), TypeError, "pass a function that does"),
        (lambda: md.optim.Adam([A]).load_state_dict(md.optim.Adam([A, B]).state_dict()), ValueError, "nothing was loaded"),
        (lambda: md.optim.Adam([A], capturable=True), ValueError, "minidl computes on the CPU"),
        (lambda: md.optim.SGD([A], differentiable=True), ValueError, "outside the graph"),
        (lambda: md.optim.SGD([A], foreach=True, fused=True), ValueError, "choose one"),
        (lambda: md.optim.SGD({A, B}), TypeError, "need an order, and a set has none"),
        (lambda: md.optim.SparseAdam([A]), NotImplementedError, "the gradients of minidl are dense: use Adam"),
        (lambda: md.optim.Rprop([A], etas=(1.0, 2.0)), ValueError, "a factor below 1 and one above it"),
        (lambda: md.optim.Adadelta([A], rho=1.5), ValueError, "rho must lie between 0 and 1"),
        (lambda: md.optim.Adagrad([A], lr_decay=-1), ValueError, "lr_decay must not be negative"),
        (lambda: md.optim.Adafactor([A], d=0.5), ValueError, "at least 1, and is 0.5"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert text in str(error.value)


@pytest.mark.parametrize(
    "name",
    ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD", "LBFGS", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD"],
)
def test_a_single_number_is_learned_like_a_list_of_one(name):
    ends = []
    for start in (1.5, [1.5]):
        w = md.tensor(start, requires_grad=True)
        optimizer = getattr(md.optim, name)([w], lr=0.1)

        def loss(w=w):
            w.grad = None
            value = ((w - 3) ** 2).sum()
            value.backward()
            return value

        for _ in range(4):
            optimizer.step(loss)
        ends.append(w.sum().item())
    assert ends[0] == ends[1] != 1.5


@pytest.mark.parametrize("name", [n for n in md.optim.__all__ if n[0].isupper() and n != "Optimizer"])
def test_a_setting_by_the_name_of_other_libraries_is_told_pytorchs(name):
    params = [md.ones(2, requires_grad=True)]
    with pytest.raises(TypeError, match=f"{name} has no setting learning_rate: PyTorch, and so minidl, calls it lr"):
        getattr(md.optim, name)(params, learning_rate=0.1)
    with pytest.raises(TypeError, match=f"{name} has no setting epochs; it has params, lr"):
        getattr(md.optim, name)(params, epochs=3)


def test_a_module_that_is_called_like_its_class_tells_of_the_class():
    with pytest.raises(TypeError, match=r"minidl.optim.sgd is a module.* Did you mean minidl.optim.SGD"):
        md.optim.sgd([md.ones(1)], lr=0.1)
    with pytest.raises(TypeError, match=r"Did you mean minidl.nn.Linear\(...\) \?"):
        md.nn.linear(3, 2)
