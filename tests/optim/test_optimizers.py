"""Optimisers: groups, state, and what they refuse. That they descend as PyTorch's is tested in tests/runs."""

import pytest

import minidl as md
from minidl.errors import MinidlError, ShapeError


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
            "SGD has no setting learning_rate; it has lr",
        ),
        (lambda: md.optim.SGD([{"params": [A]}, {"params": [A]}], lr=0.1), ValueError, "in more than one group"),
        (lambda: md.optim.SGD([A], lr=0.1, nesterov=True), ValueError, "Nesterov's method needs a momentum"),
        (lambda: md.optim.Adam([A], betas=(1.0, 0.9)), ValueError, "betas[0] must be at least 0 and below 1, and is 1.0"),
        (lambda: md.optim.Muon([A]), ShapeError, "Muon is for matrices"),
        (lambda: md.optim.LBFGS([A]).step(), TypeError, "pass a function that does"),
        (lambda: md.optim.Adam([A]).load_state_dict(md.optim.Adam([A, B]).state_dict()), ValueError, "nothing was loaded"),
        (lambda: md.optim.lr_scheduler.OneCycleLR(md.optim.Adam([A]), 0.1), ValueError, "needs total_steps"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert text in str(error.value)


@pytest.mark.parametrize(
    "name", ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "SGD", "LBFGS"]
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
