"""Charts: titles that say what to see, data as plain data, and refusals in a sentence."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import minidl as md
from minidl.errors import GraphError, ShapeError
from minidl.viz.runs.flow import flow_title


@pytest.mark.parametrize(
    ("history", "title"),
    [
        ([2.0, 1.0, 0.5], "loss falls from 2 to 0.5"),
        ([0.5, 1.0], "loss rises from 0.5 to 1"),
        ([1.5], "loss is 1.5"),
        ({"train": [2.0, 1.0, 0.5], "test": [2.0, 1.5, 1.8]}, "test loss is lowest, 1.5, at epoch 2 of 3"),
        ({"SGD": [2.0, 1.0], "Adam": [2.0, 0.4]}, "in the end the loss is 1.5 with SGD, 1.2 with Adam"),
        ([1.0, float("nan"), float("nan")], "the loss is no longer a number from epoch 2 on"),
    ],
)
def test_the_title_of_a_loss_curve_says_what_to_see(history, title):
    assert md.viz.loss_curve(history).text == f"Loss curve: {title}"


def test_a_loss_curve_takes_tensors_and_keeps_plain_data():
    picture = md.viz.loss_curve([md.tensor(2.0), md.tensor(1.0)])
    assert picture.data == {"loss": [2.0, 1.0]}


@pytest.mark.parametrize("history", [[2.3, 2.3, 2.3], [2.3, 1.0, 0.1], [-1.0, -2.0], [0.0, 0.0]])
def test_a_loss_curve_stands_on_0_with_room_above(history):
    bottom, top = md.viz.loss_curve(history).figure().axes[0].get_ylim()
    assert bottom == min(0, *history)
    assert top > max(history) + 0.03 * (max(history) - bottom)


def test_no_two_of_many_curves_look_alike():
    lines = md.viz.loss_curve({f"run {k}": [3.0, 2.0 - k / 10] for k in range(9)}).figure().axes[0].lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 9


@pytest.mark.parametrize("history", [[], {}, {"train": []}])
def test_an_empty_history_is_refused(history):
    with pytest.raises(ValueError, match="there is no loss to draw"):
        md.viz.loss_curve(history)


def test_charts_are_the_same_in_every_run_and_follow_the_theme():
    first, second = (md.viz.loss_curve([3.0, 2.0, 1.0]).svg for _ in range(2))
    assert first == second
    root = ET.fromstring(first)
    assert root.get("aria-label") == "Loss curve: loss falls from 3 to 1"
    assert "var(--md-value)" in first
    assert "#0072b2;" not in first.partition("</style>")[2]


def test_a_hostile_name_is_text_in_a_chart():
    svg = md.viz.loss_curve({"<script>": [1.0, 2.0], "b & c": [1.0, 1.0]}).svg
    texts = [t.text for t in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert "<script>" in texts
    assert "b & c" in texts


def sick_network(scale):
    """Ten layers whose weights are all multiplied by `scale`."""
    layers = [part for _ in range(10) for part in (md.nn.Linear(32, 32), md.nn.Tanh())]
    model = md.nn.Sequential(*layers)
    with md.no_grad():
        for p in model.parameters():
            p.mul_(scale)
    model(md.randn(16, 32)).square().mean().backward()
    return model


def test_gradient_flow_measures_every_weight():
    model = sick_network(1.0)
    data = md.viz.gradient_flow(model).data
    assert list(data) == [f"{i}.weight" for i in range(0, 20, 2)]
    assert data["0.weight"]["gradient"]["quantiles"][2] == pytest.approx(np.median(np.abs(model[0].weight.grad.array)))


def test_gradient_flow_says_that_gradients_vanish():
    assert "gradients shrink" in (text := md.viz.gradient_flow(sick_network(0.3)).text)
    assert "-fold from layer 18.weight to layer 0.weight: vanishing; try residual connections" in text


@pytest.mark.parametrize(
    ("first", "last", "title"),
    [
        (1.0, 0.001, "gradients grow 1,000-fold from layer out to layer in: exploding"),
        (0.001, 1.0, "gradients shrink 1,000-fold from layer out to layer in: vanishing"),
        (0.5, 1.0, "gradients are of similar size in in and out"),
    ],
)
def test_the_title_compares_the_first_layer_with_the_last(first, last, title):
    data = {name: {"gradient": {"quantiles": [m] * 5}} for name, m in (("in", first), ("middle", 0.1), ("out", last))}
    assert flow_title(data).partition(";")[0] == title


def test_gradient_flow_names_a_layer_that_no_gradient_reaches():
    model = md.nn.Sequential(md.nn.Linear(4, 4), md.nn.ReLU(), md.nn.Linear(4, 2))
    with md.no_grad():
        model[0].bias.fill_(-100)
    model(md.randn(8, 4)).sum().backward()
    assert md.viz.gradient_flow(model).text.startswith("Gradient flow: no gradient at all reaches 0.weight")


def test_gradient_flow_without_gradients_is_refused():
    with pytest.raises(GraphError, match=r"no parameter of this model has a gradient yet: call loss.backward\(\) first"):
        md.viz.gradient_flow(md.nn.Linear(2, 2))


def test_images_say_how_many_are_wrong():
    picture = md.viz.images(md.rand(3, 1, 4, 4), labels=[1, 2, 3], predictions=md.tensor([1, 5, 3]))
    assert picture.text == "3 images: 1 taken for something else (label → prediction)"
    assert "2 → 5" in picture.svg


def test_images_in_colour_are_drawn_in_their_colours():
    picture = md.viz.images(md.rand(4, 3, 5, 6), labels=["a", "b", "c", "d"], columns=2)
    assert picture.text == "4 images of 5 × 6 pixels"
    pixels = picture.figure().axes[0].images[0].get_array()
    assert pixels.shape == (5, 6, 3)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_images_are_not_stretched_to_the_width_of_the_title(count):
    svg = md.viz.images(md.rand(count, 8, 8), labels=list(range(count))).svg
    sizes = re.findall(r"<image [^>]*matrix\(([\d.]+) 0 0 ([\d.]+)", svg)
    assert len(sizes) == count
    assert all(float(wide) == pytest.approx(float(tall), rel=0.02) for wide, tall in sizes)


def test_what_is_no_image_is_refused():
    with pytest.raises(ShapeError, match=r"images are drawn from shape \(N, H, W\)"):
        md.viz.images(md.rand(3))
    with pytest.raises(ShapeError, match=r"or \(N, 3, H, W\) with N of at least 1, not from \(2, 4, 5, 5\)"):
        md.viz.images(md.rand(2, 4, 5, 5))
    with pytest.raises(ShapeError, match="there are 2 images and 3 labels"):
        md.viz.images(md.rand(2, 4, 4), labels=[1, 2, 3])


@pytest.mark.parametrize(("ending", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".html", b"<!DOCTYPE")])
def test_a_chart_saves_itself(tmp_path, ending, start):
    assert md.viz.loss_curve([2.0, 1.0]).save(tmp_path / f"c{ending}").read_bytes().startswith(start)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    from minidl.system import files

    target = tmp_path / "c.svg"
    target.write_text("old")
    monkeypatch.setattr(files.os, "replace", lambda a, b: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        md.viz.loss_curve([2.0, 1.0]).save(target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["c.svg"]
