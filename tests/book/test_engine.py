"""What the book computes in the browser is what minidl computes: run by Node."""

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

import minidl as md
from book.answers import answers
from minidl.course.answering import exercises
from minidl.viz.planes.race import SURFACES, run
from minidl.viz.planes.race_picture import rules

STATIC = Path(__file__).parents[2] / "book" / "static"
OPTIMIZERS = {"SGD": md.optim.SGD, "momentum": partial(md.optim.SGD, momentum=0.9), "Adam": md.optim.Adam}


def computed(program):
    """What a program in JavaScript prints as JSON, beside the book's scripts."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("MINIDL_NODE") == "required":
            pytest.fail("node is required, and was not found")
        pytest.skip("node was not found")
    page = "globalThis.window = globalThis; globalThis.document = { addEventListener() {} };"
    scripts = "\n".join(
        (STATIC / name).read_text(encoding="utf-8").replace('"use strict";', "") for name in ("book.js", "engine.js")
    )
    done = subprocess.run([node, "-"], input=f"{page}\n{scripts}\n{program}", capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_race_of_the_book_is_that_of_the_engine():
    program = f"""
      const rules = {json.dumps(rules(OPTIMIZERS))};
      const ends = Object.keys(SURFACES).map((surface) =>
        Object.values(rules).map((rule) => run(SURFACES[surface], rule, [-1.2, 1.5], 0.004, 60).at(-1)));
      console.log(JSON.stringify(ends));"""
    ends = computed(program)
    for (function, _, _), rows in zip(SURFACES.values(), ends, strict=True):
        for make, row in zip(OPTIMIZERS.values(), rows, strict=True):
            assert row == pytest.approx(run(function, make, (-1.2, 1.5), 0.004, 60)[-1], rel=1e-4, abs=1e-5)


def test_an_optimiser_that_the_book_does_not_know_is_left_to_the_notebook():
    assert rules({"RMSprop": md.optim.RMSprop}) is None
    assert rules({"decay": partial(md.optim.SGD, weight_decay=0.1)}) is None


@pytest.mark.parametrize("activation", ["ReLU", "Tanh", "Sigmoid", "none (linear)"])
def test_the_gradients_of_the_playground_are_those_of_the_engine(activation):
    program = f"""
      const network = new Network([2, 3, 3, 2], {json.dumps(activation)}, randomNumbers(4));
      const {{ loss, gradient }} = network.gradient([[0.3, -0.4], [1, 0.2], [-0.7, 0.9]], [0, 1, 1]);
      console.log(JSON.stringify({{ weights: network.layers.map((rows) => rows.map((w) => [...w])), loss,
        gradient: gradient.map((rows) => rows.map((w) => [...w])) }}));"""
    found = computed(program)
    kind = {"ReLU": md.nn.ReLU, "Tanh": md.nn.Tanh, "Sigmoid": md.nn.Sigmoid}.get(activation, md.nn.Identity)
    linear = [md.nn.Linear(a, b, dtype=md.float64) for a, b in ((2, 3), (3, 3), (3, 2))]
    model = md.nn.Sequential(linear[0], kind(), linear[1], kind(), linear[2])
    with md.no_grad():
        for layer, rows in zip(linear, found["weights"], strict=True):
            layer.weight.copy_(md.tensor([row[:-1] for row in rows], dtype=md.float64))
            layer.bias.copy_(md.tensor([row[-1] for row in rows], dtype=md.float64))
    points = md.tensor([[0.3, -0.4], [1, 0.2], [-0.7, 0.9]], dtype=md.float64)
    loss = md.nn.functional.cross_entropy(model(points), md.tensor([0, 1, 1]))
    loss.backward()
    assert found["loss"] == pytest.approx(loss.item())
    for layer, rows in zip(linear, found["gradient"], strict=True):
        assert [row[:-1] for row in rows] == [pytest.approx(row) for row in layer.weight.grad.tolist()]
        assert [row[-1] for row in rows] == pytest.approx(layer.bias.grad.tolist())


def test_the_playground_learns_every_cloud():
    program = """
      const settings = { noise: 0.1, layers: 2, units: 8, activation: 'Tanh', optimizer: 'Adam', lr: 0.03, seed: 0 };
      const learned = Object.keys(CLOUDS).map((data) => new Experiment({ ...settings, data }).train(400, 0.03).train);
      console.log(JSON.stringify(learned));"""
    moons, circles, spirals = computed(program)
    assert moons > 0.95
    assert circles > 0.95
    assert spirals > 0.7


@pytest.mark.parametrize(
    ("name", "typed", "right"),
    [
        ("ch12.ex2", "4,640", True),
        ("ch12.ex2", "4608", False),
        ("ch12.ex1", "(8, 16, 16, 16)", True),
        ("ch12.ex1", "8", False),
        ("ch14.ex1", "6/26", True),
    ],
)
def test_a_page_judges_as_the_course_does(name, typed, right):
    exercise = json.dumps({"name": name, "hint": "", **answers(name, exercises()[name])})
    assert computed(f"console.log(JSON.stringify(book.judge({exercise}, {json.dumps(typed)})[0]))") == right


@pytest.mark.parametrize(
    ("typed", "number"), [("0.5", 0.5), ("50 %", 0.5), ("1/4", 0.25), ("1,200", 1200), ("0,8", 0.8), ("−3", -3), ("x", None)]
)
def test_numbers_are_read_as_the_course_reads_them(typed, number):
    assert computed(f"console.log(JSON.stringify(book.number({json.dumps(typed)})))") == number
