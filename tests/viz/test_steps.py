"""Stepping: every number of the film is the engine's."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import minidl as md
from minidl.errors import GraphError, ShapeError
from minidl.viz.graphs.maths import derivative_mathml, mtext, put_in


def example():
    a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
    return a, b, (a * b + a) ** 2


def lines(frame):
    return dict(map(tuple, frame.lines))


def test_a_film_goes_forward_then_backward_one_input_at_a_time():
    a, b, z = example()
    frames = md.viz.steps(z, names={"a": a, "b": b, "z": z}).frames
    assert [f.phase for f in frames] == ["start"] + ["forward"] * 3 + ["backward"] * 6
    assert frames[1].caption == "mul computes its result: -6."
    assert lines(frames[1]) == {"in: a": "2", "in: b": "-3", "out": "-6"}


def test_a_backward_step_writes_local_derivative_times_what_flows_in():
    a, b, z = example()
    frames = md.viz.steps(z, names={"a": a, "b": b}).frames
    last = lines(frames[-1])
    assert last == {"flows in": "-8", "local derivative": "2", "flows out": "(-8) × 2 = -16"}


def test_where_branches_meet_the_sum_is_written_out():
    a, b, z = example()
    frames = md.viz.steps(z, names={"a": a, "b": b}).frames
    (meeting,) = [f for f in frames if "the branches meet" in lines(f)]
    assert lines(meeting)["the branches meet"] == "(-8) + 24 = 16"
    assert meeting.guess["numbers"] == [24.0]


def test_the_last_labels_are_the_gradients_of_backward():
    a, b, z = example()
    picture = md.viz.steps(z, names={"a": a, "b": b})
    written = {}
    for frame in picture.frames:
        written |= {(id, kind): text for id, kind, text in frame.labels}
    names = {v.name: v.id for v in picture.model.vertices}
    z.backward()
    assert written[names["a"], "gradient"] == f"{a.grad.item():g}"
    assert written[names["b"], "gradient"] == f"{b.grad.item():g}"
    assert str(picture) == "Forward and backward of pow 2 in 10 steps; gradients: a 16, b -16"


def test_a_tensor_used_twice_by_one_operation_gets_two_parts():
    x = md.tensor(3.0, requires_grad=True)
    frames = md.viz.steps(x * x, names={"x": x}).frames
    assert lines(frames[-1])["the branches meet"] == "3 + 3 = 6"


def test_a_network_is_shown_by_shapes_and_norms():
    model = md.nn.Sequential(md.nn.Linear(6, 8), md.nn.ReLU(), md.nn.Linear(8, 3))
    x, y = md.randn(5, 6), md.tensor([0, 1, 2, 0, 1])
    loss = md.nn.functional.cross_entropy(model(x), y)
    picture = md.viz.steps(loss, names={})
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    frame = next(f for f in picture.frames if "back to 0.weight" in f.caption)
    norm = np.linalg.norm(model[0].weight.grad.array.astype(float))
    assert lines(frame)["flows out"] == f"8 × 6, norm {norm:.4g}"
    assert frame.guess["shape"] == [8, 6]
    assert "numbers" not in frame.guess


def test_an_elementwise_operation_shows_its_local_derivative():
    x = md.tensor([-1.0, 2.0], requires_grad=True)
    frames = md.viz.steps((x.relu() * 3).sum(), names={"x": x}).frames
    assert lines(frames[-1])["local derivative"] == "[0., 1.]"
    assert lines(frames[-1])["flows out"] == "[0., 3.]"


def test_what_broadcasting_repeated_is_said_to_be_summed():
    x, b = md.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True), md.tensor([1.0, 2.0], requires_grad=True)
    to_x, to_b = md.viz.steps((x + b).sum(), names={"x": x, "b": b}).frames[-2:]
    assert "summed over" not in lines(to_x)
    assert lines(to_b)["flows out"] == "[3., 3.]"
    assert lines(to_b)["summed over"] == "the 3 copies that broadcasting made of b"
    assert to_b.caption == "add passes [3., 3.] back to b, summed over the 3 copies that broadcasting made of b."


def test_a_sum_over_examples_is_no_sum_over_copies():
    x, w = md.ones(5, 1), md.ones(1, 2, requires_grad=True)
    (frame,) = [f for f in md.viz.steps((x @ w).sum(), names={"w": w}).frames if "back to w" in f.caption]
    assert frame.caption == "matmul passes [[5., 5.]] back to w."


def test_nothing_is_used_up():
    _, _, z = example()
    md.viz.steps(z)
    md.viz.steps(z)
    z.backward()


def test_what_has_no_film_is_refused_with_a_sentence():
    x = md.ones(3, requires_grad=True)
    with pytest.raises(ShapeError, match="the backward pass starts from one number"):
        md.viz.steps(x * 2)
    with pytest.raises(GraphError, match="this tensor has no graph"):
        md.viz.steps(md.ones(1))
    with pytest.raises(TypeError, match="steps are those of a tensor"):
        md.viz.steps(3.0)
    y = x.sum()
    for _ in range(200):
        y = y * 1.0
    with pytest.raises(ValueError, match=r"a film of 202 boxes is too long to follow"):
        md.viz.steps(y)


@pytest.mark.parametrize("name", ["<script>x</script>", 'a"&b', "two\nlines", "🎓", "y" * 10_000])
def test_hostile_names_are_text_in_mathml_and_svg(name):
    root = ET.fromstring(derivative_mathml("loss", name, "1"))
    texts = [t.text for t in root.iter() if t.tag.endswith("mtext")]
    assert texts[0] == "loss"
    assert texts[1][:20] == " ".join(name.split())[:20]
    assert len(texts[1]) <= 40
    x = md.tensor(2.0, requires_grad=True)
    picture = md.viz.steps(x * x, names={name: x})
    ET.fromstring(picture.svg)
    assert picture.html().count("</script") == 1


def test_text_for_mathml_is_escaped():
    assert mtext("<b>") == "<mtext>&lt;b&gt;</mtext>"


def test_numbers_are_put_in_only_where_every_letter_has_one():
    two = np.array(2.0)
    assert put_in("y = x^2", {"y": np.array(4.0), "x": two}) == "4 = 2^2"
    assert put_in(r"y_i = x_i", {"y": two, "x": two}) is None
    assert put_in(r"\bar x = \bar y", {"x": two}) is None
    assert put_in("y = x", {"y": np.zeros(9), "x": two}) is None


def test_the_still_view_is_the_same_in_every_run():
    assert md.viz.steps(example()[2], names={}).svg == md.viz.steps(example()[2], names={}).svg
