"""What the engine promises, whatever the operations."""

import gc
import re
import threading
import tracemalloc

import numpy as np
import pytest

import minidl as md
from minidl.errors import DtypeError, GraphError, ShapeError


def leaf(*values, dtype=md.float64):
    return md.tensor(values if len(values) > 1 else values[0], dtype=dtype, requires_grad=True)


def test_gradient_of_a_square():
    x = leaf(1.0, -2.0, 3.0)
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, -4.0, 6.0]


def test_the_same_tensor_twice_counts_twice():
    x = leaf(3.0)
    (x + x).backward()
    assert x.grad.item() == 2.0
    y = leaf(3.0)
    (y * y).backward()
    assert y.grad.item() == 6.0


def test_a_fork_adds_up_and_counts_no_path_twice():
    x = leaf(2.0)
    a = x * 3
    b = a * a + a  # a is used three times
    b.backward()
    assert x.grad.item() == 3 * (2 * 6.0 + 1)


def test_gradients_accumulate_over_calls_of_backward():
    x = leaf(1.0, 2.0)
    for _ in range(3):
        (x * 5).sum().backward()
    assert x.grad.tolist() == [15.0, 15.0]


def test_accumulated_gradients_do_not_share_memory():
    x, y = leaf(1.0, 1.0), leaf(1.0, 1.0)
    (x + y).sum().backward()
    x.grad.array[0] = 99.0
    assert y.grad.tolist() == [1.0, 1.0]


def test_the_gradient_given_to_backward_is_not_kept_as_the_gradient_of_a_leaf():
    x, seed = leaf(1.0, 2.0), md.tensor([1.0, 1.0], dtype=md.float64)
    (x + 0).backward(seed)
    x.grad.array[:] = 7.0
    assert seed.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (4, 1), (1, 3), (4, 3), (2, 1, 3)])
def test_broadcasting_sums_back_to_the_shape_of_the_input(shape):
    x = md.ones(shape, dtype=md.float64, requires_grad=True)
    wide = md.ones(2, 4, 3, dtype=md.float64)
    (x * wide).sum().backward()
    assert x.grad.shape == shape
    assert x.grad.sum().item() == 24


def test_float32_stays_float32_beside_numbers_and_float64_scalars():
    x = leaf(1.0, 2.0, dtype=md.float32)
    y = ((x * 2.5 + np.float64(1)) ** 2 / md.tensor(3.0, dtype=md.float64)).mean()
    assert y.dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32


def test_a_float64_tensor_makes_float64_but_the_gradient_keeps_the_dtype_of_its_input():
    x = leaf(1.0, 2.0, dtype=md.float32)
    y = x * md.ones(2, dtype=md.float64)
    assert y.dtype == np.float64
    y.sum().backward()
    assert x.grad.dtype == np.float32


def test_a_chain_of_100_000_operations_runs_backward():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward()
    assert x.grad.item() == pytest.approx(1.00001**100_000, rel=1e-9)


def test_a_long_chain_is_released_without_recursion():
    y = leaf(1.0)
    for _ in range(200_000):
        y = y + 1
    del y  # would overflow the stack if it recursed


def test_no_reference_cycles_wait_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        model = md.nn.Linear(3, 2)
        loss = md.nn.functional.cross_entropy(model(md.randn(4, 3)).tanh(), md.tensor([0, 1, 1, 0]))
        loss.backward()
        del loss
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_backward_frees_the_arrays_of_the_graph():
    tracemalloc.start()
    x = md.ones(250_000, requires_grad=True)
    y = x
    for _ in range(20):
        y = y.exp() * 0.1
    loss = y.sum()
    before = tracemalloc.get_traced_memory()[0]
    loss.backward()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after < before / 5


def test_backward_twice_is_refused_and_says_how():
    x = leaf(1.0)
    y = x * x
    y.backward()
    with pytest.raises(GraphError, match=r"backward frees the graph as it goes.*\n.*retain_graph=True"):
        y.backward()
    z = x * x
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad.item() == 6.0


def test_backward_without_a_graph_is_refused():
    with pytest.raises(GraphError, match="nothing it was computed from has requires_grad=True"):
        md.ones(()).backward()


def test_backward_from_many_elements_needs_a_gradient():
    x = leaf(1.0, 2.0)
    with pytest.raises(ShapeError, match=r"this tensor has shape \(2,\).*\n?.*loss.sum\(\) or loss.mean\(\)"):
        (x * 2).backward()
    (x * 2).backward(md.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 20.0]
    with pytest.raises(ShapeError, match=r"gradient has shape \(3,\), but the tensor it belongs to has \(2,\)"):
        (x * 2).backward(md.ones(3))


def test_integers_cannot_require_a_gradient():
    with pytest.raises(DtypeError, match=r"only floating tensors can have a gradient, and this one is int64"):
        md.tensor([1, 2], requires_grad=True)


def test_no_grad_leaves_no_graph_and_ends():
    x = leaf(1.0)
    with md.no_grad():
        assert not (x * 2).requires_grad
        with md.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_ends_after_an_error():
    x = leaf(1.0)
    with pytest.raises(ZeroDivisionError), md.no_grad():
        _ = 1 / 0
    assert (x * 2).requires_grad


def test_no_grad_decorates():
    @md.no_grad()
    def double(x):
        return x * 2

    @md.no_grad
    def triple(x):
        return x * 3

    assert not double(leaf(1.0)).requires_grad
    assert not triple(leaf(1.0)).requires_grad


def test_no_grad_in_one_thread_does_not_reach_another():
    seen = []
    with md.no_grad():
        thread = threading.Thread(target=lambda: seen.append((leaf(1.0) * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


def test_higher_derivatives_come_from_the_same_rules():
    x = leaf(0.7)
    y = x.tanh() * x.sin() + x**4
    derivatives = []
    for _ in range(3):
        (y,) = md.grad(y, x, create_graph=True)
        derivatives.append(y.item())
    t, s, c = np.tanh(0.7), np.sin(0.7), np.cos(0.7)
    d1, d2 = 1 - t * t, -2 * t * (1 - t * t)
    d3 = -2 * (1 - t * t) * (1 - 3 * t * t)
    expected = [
        d1 * s + t * c + 4 * 0.7**3,
        d2 * s + 2 * d1 * c - t * s + 12 * 0.7**2,
        d3 * s + 3 * d2 * c - 3 * d1 * s - t * c + 24 * 0.7,
    ]
    np.testing.assert_allclose(derivatives, expected, rtol=1e-12)


def test_grad_returns_and_stores_nothing():
    x, w = leaf(2.0), leaf(5.0)
    gx, gw = md.grad(x * w, [x, w])
    assert (gx.item(), gw.item()) == (5.0, 2.0)
    assert x.grad is None
    assert w.grad is None


def test_grad_reaches_a_tensor_inside_the_graph():
    x = leaf(2.0)
    h = x * x
    (g,) = md.grad(h * 3, h)
    assert g.item() == 3.0


def test_grad_of_an_unused_input():
    x, unused = leaf(1.0), leaf(1.0)
    with pytest.raises(GraphError, match=r"do not depend on inputs\[1\].*allow_unused=True"):
        md.grad(x * 2, [x, unused])
    assert md.grad(x * 2, [x, unused], allow_unused=True)[1] is None
    with pytest.raises(GraphError, match=r"inputs\[0\] does not require a gradient"):
        md.grad(x * 2, md.ones(1))


def test_backward_with_inputs_touches_only_those():
    x, w = leaf(2.0), leaf(5.0)
    (x * w).backward(inputs=[x])
    assert x.grad.item() == 5.0
    assert w.grad is None


def test_hooks_see_and_replace_the_gradient():
    x = leaf(1.0)
    h = x * 2
    seen = []
    h.register_hook(lambda g: seen.append(g.item()))
    hook = h.register_hook(lambda g: g * 10)
    (h * 3).backward(retain_graph=True)
    assert seen == [3.0]
    assert x.grad.item() == 60.0
    hook.remove()
    (h * 3).backward()
    assert x.grad.item() == 66.0


def test_a_hook_on_a_leaf_sees_the_sum_once():
    x = leaf(1.0)
    seen = []
    x.register_hook(lambda g: seen.append(g.item()))
    (x * 2 + x * 3).backward()
    assert seen == [5.0]


def test_retain_grad_keeps_the_gradient_of_an_inner_tensor():
    x = leaf(2.0)
    h = x * x
    h.retain_grad()
    (h * 3).backward()
    assert h.grad.item() == 3.0


def test_detach_cuts_the_graph():
    x = leaf(2.0)
    (x * (x * x).detach()).backward()
    assert x.grad.item() == 4.0


# Changes in place


def test_a_saved_tensor_changed_in_place_is_refused():
    x, w = leaf(1.0, 2.0), md.tensor([3.0, 4.0], dtype=md.float64)
    y = (x * w).sum()
    w.add_(1)
    with pytest.raises(GraphError, match=r"a tensor of shape \(2,\) that 'mul' needs for its gradient was changed in place"):
        y.backward()


def test_a_saved_result_changed_in_place_is_refused():
    x = leaf(1.0, 2.0)
    y = x.exp()
    with md.no_grad():
        y.mul_(2)
    with pytest.raises(GraphError, match="'exp' needs"):
        y.sum().backward()


def test_a_change_through_a_view_is_noticed():
    x, w = leaf(1.0, 2.0), md.tensor([3.0, 4.0], dtype=md.float64)
    y = (x * w).sum()
    w.reshape(2, 1)[0].zero_()
    with pytest.raises(GraphError, match="was changed in place"):
        y.backward()


def test_a_change_that_harms_no_gradient_is_allowed():
    x, w = leaf(1.0, 2.0), md.tensor([3.0, 4.0], dtype=md.float64)
    y = (x + w).sum()  # the gradient of a sum needs no values
    w.add_(1)
    y.backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_weights_changed_between_forward_and_backward_are_noticed():
    w = leaf(2.0)
    loss = w * w
    with md.no_grad():
        w -= 1
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


def test_a_leaf_that_requires_a_gradient_cannot_be_changed_in_place():
    w = leaf(2.0)
    with pytest.raises(GraphError, match=r"(?s)a leaf that requires a gradient.*with minidl.no_grad\(\):"):
        w += 1


def test_adding_up_losses_with_augmented_assignment_keeps_the_graph():
    w, total = leaf(2.0), 0
    for k in range(3):
        total += w * k
    total.backward()
    assert w.grad.item() == 3.0


def test_arrays_from_numpy_cannot_change_a_tensor_behind_its_back():
    source = np.ones(2)
    x = md.from_numpy(source)
    source[:] = 5
    assert x.tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 9


# Looking on


def test_watch_records_operations_with_their_module_and_line():
    model = md.nn.Sequential(md.nn.Linear(2, 3), md.nn.ReLU())
    with md.watch() as trace:
        model(md.ones(1, 2)).sum()
    assert [event.name for event in trace] == ["linear", "relu", "sum"]
    assert trace[0].module_call[1] is model[0]
    assert trace[2].module_call is None
    assert all(event.line[0] == __file__ for event in trace)


def test_detect_anomaly_names_the_operation_and_the_line():
    with (
        pytest.raises(GraphError, match=r"log made the first NaN .*test_backward.py, line \d+"),
        md.detect_anomaly(),
    ):
        md.tensor([-1.0]).log() + 1


def test_detect_anomaly_names_a_nan_on_the_way_back():
    x = leaf(0.0, 1.0)
    with (
        pytest.raises(GraphError, match="the gradient that reaches mul is NaN"),
        md.detect_anomaly(),
    ):
        ((x * 2).sqrt() * md.tensor([0.0, 1.0])).sum().backward()


def test_a_rule_may_say_that_no_gradient_passes():
    @md.autograd.operation
    def wall(x):
        return x * 1.0, None

    del md.autograd.REGISTRY["wall"]
    x = md.ones(2, requires_grad=True)
    (wall(x) + x).sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_a_rule_that_returns_a_wrong_shape_is_caught():
    @md.autograd.operation
    def broken(x):
        return x * 2, lambda g: g.sum()

    del md.autograd.REGISTRY["broken"]
    with pytest.raises(ShapeError, match=r"the rule of 'broken' gave a gradient of shape \(\) for an input of shape \(2,\)"):
        broken(leaf(1.0, 2.0)).sum().backward()


def test_a_rule_that_broadcasts_leaves_the_summing_to_the_engine():
    @md.autograd.operation(broadcasts=True)
    def product(a, b):
        return a * b, lambda g: g * b, lambda g: g * a

    del md.autograd.REGISTRY["product"]
    a, b = md.ones(2, 3, requires_grad=True), md.full((2, 1), 3.0, requires_grad=True)
    product(a, b).sum().backward()
    assert a.grad.tolist() == [[3, 3, 3], [3, 3, 3]]
    assert b.grad.tolist() == [[3], [3]]


def test_what_is_empty_broadcasts_too():
    a = md.ones(0, requires_grad=True)
    (a * md.ones(3, 0)).sum().backward()
    assert a.grad.shape == (0,)


@pytest.mark.parametrize(("broadcasts", "shape"), [(False, (2, 3)), (True, (3, 2)), (True, (2,)), (True, ())])
def test_only_what_broadcasting_repeated_is_summed(broadcasts, shape):
    @md.autograd.operation(broadcasts=broadcasts)
    def broken(x):
        return np.broadcast_to(x, (2, 3)), lambda g: np.ones(shape, np.float32)

    del md.autograd.REGISTRY["broken"]
    with pytest.raises(ShapeError, match=rf"gave a gradient of shape {re.escape(str(shape))} for an input of shape \(3,\)"):
        broken(md.ones(3, requires_grad=True)).sum().backward()


@pytest.mark.parametrize("joint", [False, True])
def test_a_rule_without_a_pullback_is_refused(joint):
    @md.autograd.operation(joint=joint)
    def forgetful(x, power):
        return (x**power,)

    del md.autograd.REGISTRY["forgetful"]
    with pytest.raises(GraphError, match=r"the rule of 'forgetful' returned too few pullbacks \(0\)"):
        forgetful(leaf(1.0, 2.0), 2)
    assert forgetful(md.tensor([3.0]), 2).item() == 9  # nobody asks for a gradient


def test_a_rule_whose_pullbacks_do_not_reach_a_later_argument_is_refused():
    @md.autograd.operation
    def late(factor, x):
        return factor * x, lambda g: g * factor

    del md.autograd.REGISTRY["late"]
    with pytest.raises(GraphError, match=r"argument 2 wants a gradient\. After the result comes a pullback for each"):
        late(2.0, leaf(1.0, 2.0))


def test_a_rule_that_returns_its_array_alone_is_refused():
    @md.autograd.operation
    def alone(x):
        return np.sqrt(x)

    del md.autograd.REGISTRY["alone"]
    with pytest.raises(GraphError, match="the rule of 'alone' returned ndarray alone, and a rule returns a tuple"):
        alone(md.ones(3))


def test_another_librarys_tensor_is_refused_by_name():
    class Foreign:
        pass

    Foreign.__module__ = "torch"
    with pytest.raises(TypeError, match=r"a torch tensor and a minidl tensor cannot be combined"):
        md.ones(2) + Foreign()


def test_threads_train_side_by_side_as_they_would_alone():
    def train(seed, results):
        generator = md.Generator().manual_seed(seed)
        w = md.randn(4, 3, generator=generator).requires_grad_()
        x, y = md.randn(8, 4, generator=generator), md.randint(0, 3, (8,), generator=generator)
        optimizer = md.optim.SGD([w], lr=0.1, momentum=0.9)
        for _ in range(50):
            loss = md.nn.functional.cross_entropy(x @ w, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with md.no_grad():
                (x @ w).argmax(1)
        results[seed] = loss.item()

    alone, together = {}, {}
    for seed in range(4):
        train(seed, alone)
    threads = [threading.Thread(target=train, args=(seed, together)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
