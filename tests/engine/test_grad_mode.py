"""Whether operations are recorded: as a context, as a decorator, on functions and on generators."""

import contextlib
import gc
import threading

import numpy as np
import pytest

import minidl as md
from minidl.engine.grad_mode import this_thread
from minidl.engine.inference import memory
from minidl.errors import GraphError
from tests.interrupts import moments


def recording():
    return (md.ones(1, requires_grad=True) * 2).requires_grad


@pytest.mark.parametrize(
    ("decorate", "inside"),
    [
        (md.no_grad(), False),
        (md.no_grad, False),
        (md.enable_grad(), True),
        (md.set_grad_enabled(True), True),
        (md.inference_mode(), False),
        (md.inference_mode, False),
        (md.inference_mode(True), False),
        (md.inference_mode(False), True),
    ],
)
def test_a_decorated_function_runs_in_its_mode_and_leaves_the_other_as_it_was(decorate, inside):
    assert decorate(recording)() is inside
    assert recording()


@pytest.mark.parametrize("around", [md.no_grad, md.inference_mode])
def test_inference_mode_false_records_inside_of_others_as_in_pytorch(around):
    with around():
        with md.inference_mode(False):
            assert recording()
        assert not recording()


def test_set_grad_enabled_as_a_decorator_concerns_the_function_alone():
    @md.set_grad_enabled(False)
    def look():
        return recording()

    assert recording()
    assert not look()
    assert recording()


def test_set_grad_enabled_works_from_here_on_and_inside_a_block():
    before = md.set_grad_enabled(False)
    try:
        assert not recording()
        with md.set_grad_enabled(True):
            assert recording()
        assert not recording()
    finally:
        md.set_grad_enabled(True)
    assert before.mode is False


def test_a_generator_runs_in_its_mode_and_what_happens_between_its_steps_does_not():
    log = []

    @md.no_grad()
    def steps():
        got = yield recording()
        log.append((got, recording()))
        try:
            yield recording()
        except ValueError:
            log.append(("thrown", recording()))
        yield recording()
        return "end"

    running = steps()
    assert next(running) is False
    assert recording()
    assert running.send("sent") is False
    assert running.throw(ValueError) is False
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == "end"
    assert log == [("sent", False), ("thrown", False)]
    assert recording()


def test_a_generator_that_is_closed_early_cleans_up_in_its_mode():
    log = []

    @md.no_grad()
    def steps():
        try:
            yield 1
        finally:
            log.append(recording())

    running = steps()
    next(running)
    running.close()
    assert log == [False]
    assert recording()


def test_a_decorated_function_may_call_itself_and_fail():
    @md.no_grad()
    def deep(n):
        if n == 0:
            raise KeyError("deep down")
        deep(n - 1)

    with pytest.raises(KeyError):
        deep(3)
    assert recording()


def test_every_thread_has_a_mode_of_its_own():
    seen = []
    with md.no_grad():
        thread = threading.Thread(target=lambda: seen.append(recording()))
        thread.start()
        thread.join()
    assert seen == [True]


def nested_blocks():
    block = md.no_grad()
    with block, md.enable_grad(), block:  # the same block twice
        recording()
    with md.inference_mode():
        recording()


def decorated():
    return md.no_grad(recording)(), list(md.no_grad(lambda: (yield recording()))())


def derivatives():
    x = md.ones(2, requires_grad=True)
    md.autograd.grad(x.sum(), x, create_graph=True)
    x.backward(x.detach())


def looked_at():
    with md.autograd.detect_anomaly(), md.watch():
        recording()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Ctrl-C while Python itself tidies up
@pytest.mark.parametrize("work", [nested_blocks, decorated, derivatives, looked_at])
def test_ctrl_c_at_any_moment_leaves_the_thread_as_it_was(work):
    warnings, tried = np.geterr(), 0
    for moment in moments(work):
        state, tried = this_thread.state, tried + 1
        assert state.recording, moment
        assert state.observers == (), moment
        assert np.geterr() == warnings or work is looked_at, moment  # seterr is written in Python
        np.seterr(**warnings)
    assert tried > 50


def test_a_block_may_be_entered_and_left_by_hand():
    with contextlib.ExitStack() as stack:
        stack.enter_context(md.inference_mode())
        assert not recording()
    assert recording()
    block = md.no_grad()
    block.__enter__()
    assert not recording()
    block.__exit__(None, None, None)
    assert recording()


def test_a_block_lets_errors_through():
    with pytest.raises(KeyError), md.no_grad():
        raise KeyError
    assert recording()


# Inference mode: what is made inside takes part in no graph later


def made_in_inference():
    with md.inference_mode():
        return md.tensor([2.0, 3.0]) * 1, md.tensor([1, 0])


@pytest.mark.parametrize(
    "use",
    [
        lambda w, made, index: w * made,
        lambda w, made, index: made[:] / w,
        lambda w, made, index: made.detach() @ w,
        lambda w, made, index: w[index],
        lambda w, made, index: md.where(index > 0, w * 1, made) * w[index],
        lambda w, made, index: md.nn.functional.linear(made, w[None]),
        lambda w, made, index: (w * 2).mul_(made),
    ],
)
def test_a_tensor_of_inference_mode_cannot_be_saved_for_a_gradient(use):
    w = md.ones(2, requires_grad=True)
    with pytest.raises(GraphError, match=r"was made in inference_mode\(\)"):
        use(w, *made_in_inference())
    with md.no_grad():
        assert not use(w, *made_in_inference()).requires_grad
    use(w, *[t.clone() for t in made_in_inference()]).sum().backward()
    assert w.grad is not None


def test_a_tensor_of_inference_mode_may_be_added_and_read():
    w, (made, _) = md.ones(2, requires_grad=True), made_in_inference()
    (w + made - made).sum().backward()
    assert w.grad.tolist() == [1.0, 1.0]
    assert (made * 2).tolist() == [4.0, 6.0]


@pytest.mark.parametrize(
    "change",
    [lambda x: x.add_(1), lambda x: x.__setitem__(0, 1.0), lambda x: x.requires_grad_(), md.nn.Parameter],
)
def test_a_tensor_of_inference_mode_is_not_changed_outside(change):
    made, _ = made_in_inference()
    with pytest.raises(GraphError, match=r"made in inference_mode\(\)"):
        change(made)
    with md.inference_mode():
        change(md.ones(2))


def test_in_inference_mode_a_view_from_outside_stays_one_from_outside():
    w = md.ones(3, requires_grad=True)
    x = md.tensor([1.0, 2.0])
    with md.inference_mode():
        part = w[1:]
        x.add_(1)
    (part.detach() * w[1:] * x).sum().backward()
    assert w.grad.tolist() == [0.0, 2.0, 3.0]


def test_enable_grad_records_nothing_in_inference_mode():
    w = md.ones(2, requires_grad=True)
    with md.inference_mode(), md.enable_grad():
        assert not (w * 2).requires_grad
    with md.inference_mode():
        md.set_grad_enabled(True)
        assert not (w * 2).requires_grad
    assert (w * 2).requires_grad


def test_memory_of_inference_mode_is_forgotten_with_its_tensors():
    before = len(memory.owners)
    made = made_in_inference()
    assert len(memory.owners) > before
    del made
    gc.collect()
    assert len(memory.owners) <= before


def test_requires_grad_can_only_be_set_of_a_leaf():
    w = md.ones(2, requires_grad=True)
    y = w * 2
    for value in (True, False):
        with pytest.raises(GraphError, match="only be set of a leaf, and this tensor was computed by 'mul'"):
            y.requires_grad = value
    with pytest.raises(GraphError, match="only be set of a leaf"):
        w[0].requires_grad = False
    with pytest.raises(TypeError, match="True or False, not 1"):
        w.requires_grad = 1
    with pytest.raises(md.errors.DtypeError, match="int64"):
        md.tensor([1]).requires_grad = True
    w.requires_grad = False
    assert not (w * 2).requires_grad
