"""Ctrl-C at a random moment: the thread records, no observer stays behind, every layer is in its mode."""

import warnings

import numpy as np
import pytest

import minidl as md
from minidl.engine.grad_mode import this_thread
from minidl.train import evaluate, fit
from tests.fuzzing import fuzz
from tests.interrupts import moments, pressed_at

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # Ctrl-C while Python itself tidies up
]


def model():
    layers = md.nn.Sequential(md.nn.Linear(2, 3), md.nn.BatchNorm1d(3), md.nn.Dropout(0.5), md.nn.Linear(3, 2))
    layers[1].eval()
    return layers


def evaluated(layers, data):
    evaluate(layers, data)


def looked_at(layers, data):
    with md.autograd.detect_anomaly(), md.watch():
        md.nn.functional.cross_entropy(layers(data[0][0]), data[0][1]).backward()


def switched(layers, data):
    with md.no_grad():
        layers(data[0][0])
        with md.enable_grad(), md.inference_mode():
            layers(data[0][0])


def drawn(layers, data):
    md.viz.landscape(layers, md.nn.functional.cross_entropy, data[0], points=3)


WORKS = [evaluated, looked_at, switched, drawn]


@pytest.mark.parametrize("work", WORKS)
def test_ctrl_c_at_any_moment_changes_no_mode(work):
    layers, data = model(), [(md.randn(4, 2), md.randint(0, 2, (4,)))]
    modes, weights = [part.training for part in layers.modules()], [p.tolist() for p in layers.parameters()]
    work(layers, data)  # what is imported late is imported now: a library that Ctrl-C broke off stays broken
    latest = sum(1 for _ in moments(lambda: work(layers, data), 200))  # at least so many

    def attempt(rng):
        nonlocal latest
        moment = rng.randrange(2 * latest)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if pressed_at(moment, lambda: work(layers, data)):
                latest = max(latest, moment)
        assert this_thread.state.recording, moment
        assert this_thread.state.observers == (), moment
        assert [part.training for part in layers.modules()] == modes, moment
        assert [p.tolist() for p in layers.parameters()] == weights, moment

    fuzz(attempt)


def test_ctrl_c_at_any_moment_of_training_leaves_the_model_learning():
    layers, data, latest = model().train(), [(md.randn(4, 2), md.randint(0, 2, (4,)))] * 2, 1000
    optimizer = md.optim.SGD(layers.parameters(), lr=0.01)

    def attempt(rng):
        nonlocal latest
        moment = rng.randrange(2 * latest)
        if pressed_at(moment, lambda: fit(layers, data, data, optimizer=optimizer, epochs=1, verbose=False)):
            latest = max(latest, moment)
        assert this_thread.state.recording, moment
        assert all(part.training for part in layers.modules()), moment

    fuzz(attempt)
