"""Opening and closing the modules of a graph, what a box tells, and graphs of modules and functions."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import minidl as md
from minidl.errors import GraphError
from minidl.viz.graphs.folding import MOST_TOGETHER, Folding
from minidl.viz.graphs.graph import build_graph

SVG = "{http://www.w3.org/2000/svg}"


def network():
    block = md.nn.Sequential(md.nn.Linear(4, 4), md.nn.Tanh(), md.nn.Linear(4, 4))
    return md.nn.Sequential(md.nn.Linear(3, 4), md.nn.ReLU(), block, md.nn.Linear(4, 2))


def shown(picture, opened):
    boxes, edges = picture.folding.boxes(opened)
    name = lambda box: box.group.label() if box.group else f"{box.prefix}: {box.vertex.name}".removeprefix(": ")
    return [name(box) for box in boxes], edges


def test_a_network_starts_as_its_layers():
    picture = md.viz.graph(network(), md.ones(5, 3), names={})
    names, _ = shown(picture, picture.opened)
    assert names == ["0: Linear", "x", "1: relu", "2: Sequential", "3: Linear"]


def test_opening_a_layer_shows_its_operations_and_the_edges_follow():
    picture = md.viz.graph(network(), md.ones(5, 3), names={})
    by_label = {g.label(): g.id for g in picture.model.groups}
    names, edges = shown(picture, picture.opened | {by_label["2: Sequential"]})
    assert names == ["0: Linear", "x", "1: relu", "0: Linear", "1: tanh", "2: Linear", "3: Linear"]
    assert len(edges) == 6  # a chain of seven boxes


def test_everything_closed_is_one_box_and_its_input():
    picture = md.viz.graph(network(), md.ones(5, 3), names={}, open="none")
    assert shown(picture, picture.opened)[0] == ["Sequential", "x"]
    assert "6 operations" in picture.svg


def test_every_view_of_a_graph_is_reachable_and_shows_each_operation_once():
    picture = md.viz.graph(network(), md.ones(5, 3), names={}, open="all")
    boxes, _ = picture.folding.boxes(picture.opened)
    assert sorted(b.vertex.id for b in boxes) == sorted(v.id for v in picture.model.vertices)


def test_repeated_blocks_are_told_apart():
    layer = md.nn.Linear(3, 3)
    twice = md.nn.Sequential(layer, layer)
    labels = [g.label() for g in build_graph(twice(md.ones(1, 3)).sum()).groups]
    assert labels == ["Sequential", "0: Linear", "0 (call 2): Linear"]


def test_a_small_graph_carries_each_module_open_by_itself():
    model = md.nn.Sequential(
        md.nn.Sequential(md.nn.Linear(2, 2), md.nn.ReLU()), md.nn.Sequential(md.nn.Linear(2, 2), md.nn.ReLU())
    )
    picture = md.viz.graph(model, md.ones(1, 2))
    views = {frozenset(key.split(",")) for key in picture.state()["views"]}
    assert all(picture.opened | set(picture.folding.around(group)) in views for group in picture.folding.groups)


def test_a_graph_of_2000_operations_stays_small():
    x = y = md.ones(3, requires_grad=True)
    for _ in range(2000):
        y = y * 1.001
    picture = md.viz.graph(y)
    state = picture.state()
    boxes, _ = picture.folding.boxes(picture.opened)
    assert len(boxes) <= MOST_TOGETHER
    assert len(json.dumps(state)) < 400_000
    assert x.grad is None


def test_groups_of_neighbours_hold_every_vertex():
    x = y = md.ones(1, requires_grad=True)
    for _ in range(5000):
        y = y * 1.001
    folding = Folding(build_graph(y))
    assert (
        max(len(folding.members.get(id, ())) + len(folding.children[id]) for id in ["", *folding.groups])
        <= 2 * MOST_TOGETHER
    )
    assert sum(map(len, folding.members.values())) == 5001
    assert x.requires_grad


def test_a_module_is_left_as_it_was():
    model = md.nn.Sequential(md.nn.Linear(3, 4), md.nn.BatchNorm1d(4), md.nn.Dropout(0.5))
    before = {name: np.array(t.array) for name, t in model.state_dict().items()}
    md.manual_seed(5)
    md.viz.graph(model, md.ones(6, 3))
    assert all(np.array_equal(before[name], t.array) for name, t in model.state_dict().items())
    after = md.rand(3)
    md.manual_seed(5)
    assert after.tolist() == md.rand(3).tolist()
    assert all(p.grad is None for p in model.parameters())


def test_a_function_is_drawn_with_the_lines_of_its_operations():
    w = md.tensor([1.0, 2.0], requires_grad=True)

    def loss():
        return (w * w).sum()

    picture = md.viz.graph(loss)
    sources = {v.name: v.source for v in picture.model.vertices if v.kind == "operation"}
    assert sources["mul"][0] == __file__
    assert sources["mul"][2] == "loss"
    detail = next(d for d in picture.details().values() if d["title"] == "mul")
    assert detail["source"] == [f"test_folding.py, line {sources['mul'][1]}, in loss", "return (w * w).sum()"]


def test_without_watch_the_inspector_says_how_to_see_the_line():
    w = md.ones(2, requires_grad=True)
    detail = next(iter(md.viz.graph(w.sum()).details().values()))
    assert "minidl.watch()" in detail["source"][1]


def test_gradients_are_the_engines_and_nothing_is_stored():
    model, x, y = network(), md.randn(5, 3), md.tensor([0, 1, 1, 0, 1])
    hooked = []
    loss = md.nn.functional.cross_entropy(model(x), y)
    model[0].weight.register_hook(hooked.append)
    graph = build_graph(loss, {"loss": loss, "model": model})
    assert model[0].weight.grad is None
    assert not hooked
    loss.backward()
    drawn = {v.name: v.gradient_array for v in graph.vertices if v.kind == "parameter"}
    for name, p in model.named_parameters():
        np.testing.assert_array_equal(drawn[name], p.grad.array)


def test_a_box_tells_histograms_heat_maps_and_the_numbers_put_in():
    a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
    product = a * b
    details = md.viz.graph(product * product, names={"a": a}).details()
    mul = next(d for d in details.values() if d["title"] == "mul" and ["value", "-6."] in d["lines"])
    text = "".join(ET.fromstring(mul["numbers"][0][1]).itertext())
    assert text.replace(" ", "") == "(−6)=2⊙(−3)"
    assert mul["gradient"] == [["value", "-12."]]
    big = md.randn(40, 60, requires_grad=True)
    detail = next(d for d in md.viz.graph((big * 2).sum()).details().values() if d["title"] == "mul 2")
    assert sum(detail["histogram"]["counts"]) == 2400
    assert len(detail["heat"]) == len(detail["heat"][0]) == 24
    assert max(abs(v) for row in detail["heat"] for v in row) == 100
    assert set(map(tuple, detail["gradient_heat"])) == {(100,) * 24}


def test_nan_is_shown_as_nan():
    x = md.tensor([1.0, float("nan"), 2.0, 3.0, 4.0], requires_grad=True)
    details = md.viz.graph(x * 1, names={"x": x}).details()
    x_detail = next(d for d in details.values() if d["title"] == "x")
    assert x_detail["heat"] == [[25, None, 50, 75, 100]]
    assert ["NaN or infinite", "1 of 5 elements"] in x_detail["lines"]
    json.dumps(details, allow_nan=False)  # NaN is no JSON and would break the page


def test_the_widget_can_ask_for_any_view():
    picture = md.viz.graph(network(), md.ones(5, 3))
    everything = sorted(g.id for g in picture.model.groups)
    reply = picture.answer({"open": everything})
    assert reply["key"] == ",".join(everything)
    assert {
        n.get("id") for n in ET.fromstring(reply["svg"]).iter(SVG + "g") if n.get("class", "").startswith("node")
    } == set(reply["details"])
    assert picture.answer({"open": ["no such group"]})["key"] == ""


def test_what_cannot_be_drawn_is_refused_with_a_sentence():
    with pytest.raises(TypeError, match="inputs are for a module or a function"):
        md.viz.graph(md.ones(1, requires_grad=True) * 2, md.ones(1))
    with pytest.raises(ValueError, match='open must be "all" or "none"'):
        md.viz.graph(md.ones(1, requires_grad=True) * 2, open="some")
    with pytest.raises(GraphError, match="no graph: nothing recorded how it was computed"):
        md.viz.graph(md.nn.ReLU(), md.ones(2))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b\\n', "two\nlines", "emoji 🎓", "x" * 10_000])
def test_hostile_module_names_are_text(name):
    class Net(md.nn.Module):
        def __init__(self):
            super().__init__()
            self.add_module(name, md.nn.Sequential(md.nn.Linear(2, 2), md.nn.Tanh()))

        def forward(self, x):
            return getattr(self, name)(x)

    picture = md.viz.graph(Net(), md.ones(1, 2), open="all")
    assert not list(ET.fromstring(picture.svg).iter(SVG + "script"))
    assert picture.html().count("</script") == 1
    assert any(name in g["label"] for g in picture.state()["groups"].values())
