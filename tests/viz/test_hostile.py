"""Labels of any text and numbers of any size: a picture shows what there is, and says what is not finite."""

import inspect
import os
import random
import re
import sys
import threading
import traceback

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError
from minidl.train import Trial
from minidl.vision.scanning import scan
from tests.fuzzing import SECONDS, fuzz
from tests.viz.fuzzing import check_picture, label, number

SVG = "{http://www.w3.org/2000/svg}"
nan, inf = float("nan"), float("inf")


# Text


def tree(rng, size):
    labels = [label(rng) for _ in range(size)]
    return md.viz.nodes(size - 1, lambda k: [(k - 1) // 2] if k else [], lambda k: labels[k], title=label(rng))


def test_an_empty_first_line_does_not_end_the_process():
    picture = md.viz.nodes(0, lambda k: [], lambda k: "\n-4")
    assert [t.text for t in check_picture(picture).iter(SVG + "text")] == [None, "-4"]
    a = md.tensor(1.0, requires_grad=True)
    check_picture(md.viz.graph(a * a, names={" ": a}))


PILE = "".join(letter + "\u0300\u0316\u0334" * 300 for letter in "hello")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "draw",
    [
        lambda: md.viz.words([PILE, "b"], [1.0, -1.0], title=PILE),
        lambda: md.viz.next_token(md.tensor([1.0, 0.0]), [PILE, "b"], title=PILE),
        lambda: md.viz.next_token(md.tensor([1.0, 0.0]), ["a", "b"], title="x" * 5000),
        lambda: md.viz.attention(md.ones(2, 2) / 2, queries=[PILE, "b"], keys=["c", PILE]),
        lambda: md.viz.images(md.rand(2, 1, 5, 5), labels=[PILE, "b"], title=PILE),
    ],
)
def test_a_pile_of_marks_on_a_letter_leaves_room_for_the_chart(draw):
    seen = "".join(check_picture(draw()).itertext())
    assert "\u0300\u0316\u0334\u0300" not in seen


@pytest.mark.fuzz
def test_any_labels_of_a_graph_are_text():
    fuzz(lambda rng: check_picture(tree(rng, rng.randrange(1, 60))))


@pytest.mark.fuzz
def test_any_names_of_tensors_are_text_in_every_view():
    def attempt(rng):
        a, b = md.tensor(2.0, requires_grad=True), md.tensor(3.0, requires_grad=True)
        names = {label(rng): a, label(rng) + "2": b}
        check_picture(md.viz.graph(a * b + a, names=names))
        picture = md.viz.steps(a * b + a, names=names)
        check_picture(picture)
        picture.content(rng.choice([".png", ".dot", ".svg", ".html"]))

    fuzz(attempt)


@pytest.mark.fuzz
def test_any_text_in_a_chart_is_text():
    def attempt(rng):
        x, y, names = label(rng), label(rng), [label(rng) + str(k) for k in range(3)]
        network = md.nn.Sequential(md.nn.Linear(64, 3), md.nn.ReLU())
        classifier = md.nn.Sequential(md.nn.Conv2d(1, 2, 3), md.nn.ReLU(), md.nn.Flatten(), md.nn.Linear(72, 3))
        squares = lambda out, target: out.square().mean()
        pictures = [
            lambda: md.viz.loss_curve({names[0]: [2, 1], names[1]: [3, 1]}, xlabel=x, ylabel=y, title=label(rng)),
            lambda: md.viz.confusion([0, 1, 2, 1], [0, 1, 1, 2], classes=names, title=label(rng)),
            lambda: md.viz.embedding(np.eye(3), names=names, title=label(rng)),
            lambda: md.viz.attention(np.eye(3), queries=names),
            lambda: md.viz.images(np.zeros((3, 4, 4)), labels=names, predictions=names[::-1]),
            lambda: md.viz.roc({names[0]: [0.1, 0.9], names[1]: [0.9, 0.1]}, [0, 1]),
            lambda: md.viz.precision_recall({names[0]: [0.1, 0.9], names[1]: [0.9, 0.1]}, [0, 1]),
            lambda: md.viz.trade_off({names[0]: {1: [2, 3]}}, levels={names[1]: 2}, xlabel=x, ylabel=y, title=label(rng)),
            lambda: md.viz.through_time({names[0]: [1, 2], names[1]: [2, 1]}, title=label(rng)),
            lambda: md.viz.alignment(np.eye(3) - 1, names, title=label(rng)),
            lambda: md.viz.waveform(np.ones(3), 3, title=label(rng)),
            lambda: md.viz.words(names, np.arange(3), title=label(rng)),
            lambda: md.viz.activations(network, np.ones((2, 64)), title=label(rng)),
            lambda: md.viz.augmentations(lambda x: x, np.zeros((2, 3, 4, 4)), times=2, title=label(rng)),
            lambda: md.viz.boundary(lambda p: p, np.eye(2), [0, 1], title=label(rng)),
            lambda: md.viz.boxes(
                np.zeros((6, 6)), [[1, 1, 3, 3]] * 3, labels=names, scores=[0.1, 0.6, 0.9], title=label(rng)
            ),
            lambda: md.viz.broadcast(np.ones((2, 1)), np.ones(3), title=label(rng)),
            lambda: md.viz.calibration(np.full((4, 2), 0.5), [0, 1, 0, 1], title=label(rng)),
            lambda: md.viz.confusion([0, 1, 2], [0, 1, 1], classes=names, images=np.zeros((3, 4, 4)), title=label(rng)),
            lambda: md.viz.copying(names[:2], names, np.full((3, 2), 0.5), np.full(3, 0.5), title=label(rng)),
            lambda: md.viz.denoise([np.zeros((3, 1, 3, 3))] * 2, labels=names, title=label(rng)),
            lambda: md.viz.denoise([np.eye(3)[:, :2]] * 2, labels=names, title=label(rng)),
            lambda: md.viz.embedding(np.eye(3), labels=[0, 1, 2], classes=names, title=label(rng)),
            lambda: md.viz.feature_maps(classifier, np.zeros((8, 8), np.float32), title=label(rng)),
            lambda: md.viz.filters(np.ones((2, 1, 3, 3)), title=label(rng)),
            lambda: md.viz.heat_map(scanned(np.ones((8, 8), np.float32), 1.0), title=label(rng)),
            lambda: md.viz.landscape(network, squares, (np.eye(64), np.eye(64)), points=3, title=label(rng)),
            lambda: md.viz.masks(np.zeros((4, 4)), np.zeros((4, 4)), title=label(rng)),
            lambda: md.viz.next_token(np.arange(3.0), names, title=label(rng)),
            lambda: md.viz.perturbation(
                classifier, np.zeros((8, 8), np.float32), np.ones((8, 8), np.float32), [0, 1], names, label(rng)
            ),
            lambda: md.viz.race(steps=2, title=label(rng)),
            lambda: md.viz.receptive_field(classifier, np.zeros((8, 8), np.float32), title=label(rng)),
            lambda: md.viz.roc([0.1, 0.9], [0, 1], title=label(rng)),
            lambda: md.viz.sketchpad(classes=names),
            lambda: md.viz.recorder(classes=names),
            lambda: md.viz.spectrogram(np.ones(400), 8000, title=label(rng)),
            lambda: md.viz.tangent(md.exp, title=label(rng)),
            lambda: md.viz.trials(
                [Trial(k, dict.fromkeys(names, 0.1 * k), 0, 1, value=k) for k in range(3)], title=label(rng)
            ),
            lambda: md.viz.saliency(
                md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(64, 3)), np.zeros((8, 8)), title=label(rng)
            ),
        ]
        check_picture(rng.choice(pictures)())

    fuzz(attempt)


@pytest.mark.parametrize("name", ["_a", "", " ", "__"])
def test_a_name_that_begins_with_an_underscore_stands_in_the_legend(name):
    pictures = [
        md.viz.loss_curve({name: [2, 1], "b": [3, 1]}),
        md.viz.trade_off({name: {1: [2, 3]}, "b": {1: [2, 3]}}),
        md.viz.through_time({name: [1, 2], "b": [2, 1]}),
    ]
    for picture in pictures:
        assert {name.strip(), "b"} <= {
            t.get_text().strip("\u200b") for t in picture.figure().axes[0].get_legend().get_texts()
        }
    assert len(md.viz.roc({name: [0.1, 0.9], "b": [0.9, 0.1]}, [0, 1]).figure().axes[0].get_legend().get_texts()) >= 2


def test_a_title_is_not_taken_for_a_part_of_the_drawing():
    title = 'x="1.23456" : #0072b2 $a$ data:image/png;base64,AA'
    root = check_picture(md.viz.boundary(lambda p: p, md.randn(5, 2), [0, 1, 0, 1, 0], title=title))
    assert title in " ".join(t.text for t in root.iter(SVG + "text") if t.text)


def test_graphviz_never_sees_a_letter_of_a_label(monkeypatch):
    from minidl.viz.graphs import layout

    asked, question = [], layout._question
    monkeypatch.setattr(layout, "_question", lambda *given: asked.append(question(*given)) or asked[-1])
    model = md.nn.Sequential(md.nn.Linear(2, 2), md.nn.Tanh())
    md.viz.graph(model, md.ones(1, 2), open="all")
    tree(random.Random(0), 20)
    assert not any(word in text for text in asked for word in ("Linear", "tanh", "weight", "script"))


def test_what_is_written_as_dot_has_no_empty_line():
    assert 'label="\N{NO-BREAK SPACE}\\n-4"' in md.viz.nodes(0, lambda k: [], lambda k: "\n-4").dot


# Threads


def test_graphs_are_drawn_from_threads_and_the_error_stream_stays_what_it_was():
    before, failed = sys.stderr.fileno() if hasattr(sys.stderr, "fileno") else 2, []

    def draw(seed):
        try:
            for k in range(3):
                check_picture(tree(random.Random(seed * 10 + k), 12))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=draw, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert before == (sys.stderr.fileno() if hasattr(sys.stderr, "fileno") else 2)


def test_drawing_touches_neither_the_error_stream_nor_the_environment(monkeypatch):
    def refuse(*_):
        raise AssertionError("a file descriptor was redirected")

    before = dict(os.environ)
    with monkeypatch.context() as patch:
        patch.setattr(os, "dup2", refuse)
        tree(random.Random(1), 5)
    assert dict(os.environ) == before


# Numbers


def drawings(rng):
    """Each kind of picture, with numbers of any size."""
    with np.errstate(all="ignore"):
        return _drawings(rng)


def scanned(photograph, weight):
    """A photograph, searched by a convolution whose weights are all the same number."""
    model = md.nn.Conv2d(1, 1, 4, stride=2, bias=False)
    model.weight.data.copy_(md.full(model.weight.shape, weight, dtype=md.float64))
    return scan(model, photograph, window=4, scales=(1.0, 0.5))


def one_convolution(rng):
    """A small classifier of images, its weights of any size."""
    model = md.nn.Sequential(md.nn.Conv2d(1, 2, 3), md.nn.ReLU(), md.nn.Flatten(), md.nn.Linear(72, 3))
    for p in model.parameters():
        p.data.copy_(md.tensor([number(rng) for _ in range(p.numel())], dtype=md.float64).reshape(p.shape))
    return model


def film(live, model, *at_the_end):
    """What a live picture leaves behind."""
    for name in "abc":
        live.add(model, name)
    return live.close(*at_the_end) or live.picture


def trial(rng, number_of_it):
    """A trial of a search, its settings and its value of any size."""
    return Trial(number_of_it, {"lr": number(rng), "width": rng.choice([1, 2**40])}, 0, 1, value=number(rng))


def _drawings(rng):
    numbers = lambda *shape: np.array([number(rng) for _ in range(int(np.prod(shape)))]).reshape(shape)
    tensor = lambda *shape: md.tensor(numbers(*shape), requires_grad=True)
    model = md.nn.Sequential(md.nn.Linear(2, 3), rng.choice([md.nn.Tanh, md.nn.ReLU, md.nn.Sigmoid])(), md.nn.Linear(3, 2))
    for p in model.parameters():
        p.data.copy_(md.tensor(numbers(*p.shape).astype(np.float32)))
    x = md.tensor(numbers(6, 2).astype(np.float32))
    y = md.tensor([rng.randrange(2) for _ in range(6)])
    squared = lambda out, target: (out[:, 0] - target).square().mean()

    def after_backward():
        model(x).sum().backward()
        return model

    def whole_run():
        flow = md.viz.Flow(model)
        for _ in range(4):
            loss = model(x).square().mean()
            loss.backward()
            for p in model.parameters():
                p.data.copy_(md.tensor(numbers(*p.shape).astype(np.float32)))
            flow.step(loss if rng.random() < 0.7 else number(rng))
        return flow

    def live():
        live = md.viz.Live(log=rng.random() < 0.5)
        for value in numbers(8):
            live.add(value, **({"val_loss": number(rng)} if rng.random() < 0.4 else {}))
        return live.close()

    return {
        "graph": lambda: md.viz.graph((tensor(3, 5) * tensor(3, 5) + tensor(5)).sum()),
        "large graph": lambda: md.viz.graph((tensor(30, 40) * tensor(1, 40)).mean()),
        "steps": lambda: md.viz.steps((tensor(2, 2) * tensor(2)).exp().log().sum(), guess=True),
        "steps of a number": lambda: md.viz.steps(tensor(1).sum().log() * number(rng)),
        "steps of a network": lambda: md.viz.steps(squared(model(x), y)),
        "loss curve": lambda: md.viz.loss_curve(numbers(rng.choice([1, 3, 8, 150])).tolist(), log=rng.random() < 0.5),
        "loss curves": lambda: md.viz.loss_curve({"train": numbers(9), "val": numbers(9)}, log=rng.random() < 0.5),
        "runs": lambda: md.viz.loss_curve({k: {"train_loss": numbers(5), "lr": numbers(5)} for k in "ab"}),
        "live": live,
        "gradient flow": lambda: md.viz.gradient_flow(after_backward()),
        "gradient flow of a run": lambda: md.viz.gradient_flow(whole_run()),
        "activations": lambda: md.viz.activations(model, x),
        "filters": lambda: md.viz.filters(tensor(3, 4)),
        "kernels": lambda: md.viz.filters(tensor(3, 2, 3, 3)),
        "attention": lambda: md.viz.attention(numbers(2, 3, 4)),
        "next token": lambda: md.viz.next_token([*(v for v in numbers(5).tolist() if np.isfinite(v)), 1.0]),
        "embedding": lambda: md.viz.embedding(numbers(6, 4), labels=list(range(6))),
        "images": lambda: md.viz.images(numbers(3, 4, 4)),
        "images in colour": lambda: md.viz.images(numbers(3, 3, 4, 4)),
        "augmentations": lambda: md.viz.augmentations(lambda x: x * number(rng), numbers(2, 3, 4, 4), times=2),
        "waveform": lambda: md.viz.waveform(numbers(rng.choice([1, 9, 400])), 8000),
        "spectrogram": lambda: md.viz.spectrogram(numbers(400), 8000),
        "alignment": lambda: md.viz.alignment(numbers(6, 3), "-ab", waveform=numbers(96)),
        "trade-off": lambda: md.viz.trade_off({"a": {rng.random(): numbers(2)}, "b": {rng.random(): numbers(1)}}),
        "words": lambda: md.viz.words("abcd", numbers(4)),
        "saliency": lambda: md.viz.saliency(one_convolution(rng), numbers(8, 8).astype(np.float32)),
        "perturbation": lambda: md.viz.perturbation(
            one_convolution(rng), numbers(8, 8).astype(np.float32), numbers(8, 8).astype(np.float32), [0, number(rng)]
        ),
        "boxes": lambda: md.viz.boxes(numbers(6, 6), numbers(3, 4), scores=numbers(3), targets=numbers(2, 4)),
        "masks": lambda: md.viz.masks(numbers(4, 4), numbers(4, 4), truth=numbers(4, 4)),
        "film of a mask": lambda: film(md.viz.LiveMask(tensor(4, 4), tensor(4, 4)), lambda x: x * number(rng)),
        "film of a boundary": lambda: film(md.viz.LiveBoundary(x, y), model),
        "film of vectors": lambda: film(md.viz.LiveEmbedding(tensor(6, 4), y), lambda x: x * number(rng)),
        "feature maps": lambda: md.viz.feature_maps(one_convolution(rng), numbers(8, 8).astype(np.float32)),
        "receptive field": lambda: md.viz.receptive_field(one_convolution(rng), numbers(8, 8).astype(np.float32)),
        "denoise": lambda: md.viz.denoise([numbers(4, 1, 3, 3) for _ in range(3)]),
        "points out of noise": lambda: md.viz.denoise([numbers(5, 2) for _ in range(3)], labels=[0, 1, 2, 0, 1]),
        "copying": lambda: md.viz.copying(["a", "b"], ["a", "c", "b"], numbers(3, 2), numbers(3)),
        "through time": lambda: md.viz.through_time({"a": abs(numbers(7)).tolist(), "b": abs(numbers(3)).tolist()}),
        "trials": lambda: md.viz.trials([trial(rng, i) for i in range(7)]),
        "nodes": lambda: md.viz.nodes(0, lambda node: [node + 1] * (node < 3), lambda node: f"{node}\n{number(rng):g}"),
        "heat map": lambda: md.viz.heat_map(scanned(numbers(12, 12).astype(np.float32), number(rng))),
        "broadcast": lambda: md.viz.broadcast(numbers(3, 1), numbers(1, 4)),
        "confusion": lambda: md.viz.confusion(numbers(6, 3), [0, 1, 2, 0, 1, 2], images=numbers(6, 4, 4)),
        "roc": lambda: md.viz.roc(numbers(6), [0, 1, 0, 1, 0, 1]),
        "precision and recall": lambda: md.viz.precision_recall(numbers(6), [0, 1, 0, 1, 0, 1]),
        "calibration": lambda: md.viz.calibration(np.clip(numbers(6, 2), 0, 1), [0, 1, 0, 1, 0, 1]),
        "boundary": lambda: md.viz.boundary(model, x, y),
        "curve": lambda: md.viz.tangent(lambda t: t * number(rng) + number(rng), low=-2, high=2, at=rng.gauss(0, 1)),
        "tangent": lambda: md.viz.tangent(rng.choice([md.exp, md.log, md.tan]), low=number(rng), high=number(rng)),
        "landscape": lambda: md.viz.landscape(model, squared, (x, y), points=5, span=abs(number(rng))),
        "line": lambda: md.viz.landscape(model, squared, (x, y), dims=1, points=9, span=abs(number(rng))),
        "race": lambda: md.viz.race(lambda p: p[0] * number(rng) + p[1] * number(rng), lr=abs(number(rng)), steps=5),
        "playground": lambda: md.viz.playground(lr=rng.choice([1e-6, 100.0]), optimizer="SGD", activation="ReLU"),
    }


# What draws no number that a user gives: others draw a flow and a path, profiles are measured, and the rest is empty.
WITHOUT_NUMBERS = {"Flow", "WeightPath", "flame", "roofline", "recorder", "sketchpad"}


def test_every_picture_is_among_those_that_are_drawn_with_hostile_numbers():
    drawn = set(re.findall(r"md\.viz\.(\w+)\(", inspect.getsource(_drawings)))
    assert set(md.viz.__all__) - WITHOUT_NUMBERS == drawn - WITHOUT_NUMBERS


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", list(drawings(random.Random(0))))
def test_numbers_of_any_size_are_drawn_or_refused_with_a_sentence(kind):
    def attempt(rng):
        try:
            picture = drawings(rng)[kind]()
        except (MinidlError, ValueError) as error:
            if not traceback.extract_tb(error.__traceback__)[-1].filename.startswith(os.path.dirname(md.__file__)):
                raise  # no sentence of ours
        else:
            check_picture(picture)

    with np.errstate(all="ignore"):  # what the engine says of these numbers is not the picture's concern
        fuzz(attempt, seconds=SECONDS / 4)


@pytest.mark.fuzz
def test_cards_of_tensors_show_numbers_of_any_size():
    def attempt(rng):
        values = np.array([number(rng) for _ in range(rng.choice([2, 6, 700]))])
        assert "heat map" in md.tensor(values)._repr_html_()

    fuzz(attempt, most=200)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: md.viz.words(["a", "b"], {1.0, 2.0}), "numbers are needed here .* and got a set"),
        (lambda: md.viz.attention(np.ones((2, 2)) + 1j), "numbers are needed here .* and got an array of complex128"),
        (lambda: md.viz.embedding(None), "numbers are needed here .* and got None"),
        (lambda: md.viz.filters([[1, 2], [3]]), "rows of different lengths make no array"),
        (lambda: md.viz.confusion((i for i in range(3)), [0, 1, 2]), "and got a generator"),
        (lambda: md.viz.attention(np.full((2, 2), np.datetime64("2020-01-01"))), "and got an array of datetime64"),
        (lambda: md.viz.roc({}, [0, 1]), "the dict of scores is empty"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused_in_a_sentence(draw, words):
    with pytest.raises((MinidlError, TypeError, ValueError), match=words):
        draw()


def test_scores_that_are_booleans_have_a_curve():
    check_picture(md.viz.precision_recall(np.array([True, False, True]), [1, 0, 1]))
