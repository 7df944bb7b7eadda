"""The computation graph: the model says what was computed, and the views draw the model."""

import xml.etree.ElementTree as ET

import pytest

import minidl as md
from minidl.errors import GraphError
from minidl.viz.graphs.dot import quoted
from minidl.viz.graphs.graph import build_graph

HOSTILE = [
    "<script>alert(1)</script>",
    'say "hi" & \\N \\l',
    "two\nlines\tand tab",
    "emoji 🎓 ] } ;",
    "x" * 10_000,
    "]]>",
    "<b>",
]


def network():
    model = md.nn.Sequential(md.nn.Linear(4, 3), md.nn.ReLU(), md.nn.Linear(3, 2))
    images, labels = md.randn(5, 4), md.tensor([0, 1, 1, 0, 1])
    return model, images, labels, md.nn.functional.cross_entropy(model(images), labels)


def by_name(graph, name):
    (vertex,) = [v for v in graph.vertices if v.name == name]
    return vertex


def test_the_model_holds_operations_parameters_and_inputs():
    _, images, labels, loss = network()
    graph = build_graph(loss, {"loss": loss, "images": images, "labels": labels})
    kinds = {v.name: v.kind for v in graph.vertices if v.name != "linear"}
    assert kinds == {
        "images": "input",
        "0.weight": "parameter",
        "0.bias": "parameter",
        "relu": "operation",
        "2.weight": "parameter",
        "2.bias": "parameter",
        "cross_entropy": "operation",
        "labels": "input",
    }
    assert graph.text() == "Computation graph of loss: 4 operations, 4 parameters, 2 inputs"


def test_edges_lead_from_the_inputs_of_an_operation_to_it():
    _, images, labels, loss = network()
    graph = build_graph(loss, {"images": images, "labels": labels})
    relu = by_name(graph, "relu").id
    names = {v.id: v.name for v in graph.vertices}
    assert [names[e.source] for e in graph.edges if e.target == relu] == ["linear"]
    assert sorted(names[e.source] for e in graph.edges if e.target == graph.root) == ["labels", "linear"]


def test_edges_say_whether_a_gradient_flows():
    _, images, labels, loss = network()
    graph = build_graph(loss, {"images": images, "labels": labels})
    flows = {(graph.vertex(e.source).name, graph.vertex(e.target).name): e.differentiable for e in graph.edges}
    assert not flows["images", "linear"]
    assert flows["0.weight", "linear"]
    assert not flows["labels", "cross_entropy"]


def test_vertices_carry_shape_dtype_values_and_formulas():
    x = md.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 6.0]], requires_grad=True)
    graph = build_graph((x * x).sum(), {"x": x})
    mul = by_name(graph, "mul")
    assert (mul.shape, mul.dtype) == ((2, 3), "float32")
    assert mul.values == {"mean ± std": "8.333 ± 12.76", "range": "0 to 36", "zeros": "33.3%"}
    assert mul.formula == r"y = a \odot b"
    assert by_name(graph, "sum").values == {"value": "50."}


def test_modules_are_groups_and_two_calls_are_two_groups():
    layer = md.nn.Linear(3, 3)
    outer = md.nn.Sequential(layer, md.nn.ReLU(), layer)
    graph = build_graph(outer(md.ones(1, 3)).sum())
    assert [(g.name, g.kind) for g in graph.groups] == [
        ("", "Sequential"),
        ("0", "Linear"),
        ("1", "ReLU"),
        ("0 (call 2)", "Linear"),
    ]
    assert len({v.group for v in graph.vertices if v.name == "linear"}) == 2
    assert sum(v.name == "0.weight" for v in graph.vertices) == 1


def test_a_numeric_argument_is_part_of_the_name():
    x = md.ones(2, requires_grad=True)
    assert [v.name for v in build_graph((x * 0.5) ** 2, {}).vertices if v.kind == "operation"] == ["mul 0.5", "pow 2"]


def test_variables_of_the_calling_code_name_the_tensors():
    weight = md.ones(2, requires_grad=True)
    inner = weight * 3
    result = inner.sum()
    picture = md.viz.graph(result)
    assert [v.name for v in picture.model.vertices if v.kind == "parameter"] == ["weight"]
    assert [v.variable for v in picture.model.vertices if v.kind == "operation"] == ["inner", "result"]


def test_gradients_are_shown_where_there_are_some():
    w = md.tensor(3.0, requires_grad=True)
    loss = w * w
    loss.backward(retain_graph=True)
    assert by_name(build_graph(loss, {"w": w}), "w").gradient == {"value": "6."}


def test_an_input_gets_no_gradient():
    _, images, labels, loss = network()
    graph = build_graph(loss, {"images": images, "labels": labels})
    assert by_name(graph, "images").gradient == by_name(graph, "labels").gradient == {}
    assert not [f for f in md.viz.steps(loss, names={"images": images}).frames if "back to images" in f.caption]


def test_values_that_are_not_finite_are_shown_as_such():
    x = md.tensor([1.0, 2.0, float("nan"), float("inf"), 3.0], requires_grad=True)
    assert by_name(build_graph(x * 1, {"x": x}), "x").values["NaN or infinite"] == "2 of 5 elements"


def test_what_has_no_graph_is_refused_with_a_sentence():
    with pytest.raises(GraphError, match="this tensor has no graph: nothing recorded how it was computed"):
        md.viz.graph(md.ones(2))
    x = md.ones(2, requires_grad=True)
    loss = x.sum()
    loss.backward()
    with pytest.raises(GraphError, match=r"backward\(\) frees it.*retain_graph=True"):
        md.viz.graph(loss)
    with pytest.raises(TypeError, match="the graph is that of a tensor, such as a loss; got a float"):
        md.viz.graph(1.0)


def test_a_graph_of_2000_operations_is_built_without_recursion():
    x = md.ones(1, requires_grad=True)
    y = x
    for _ in range(2000):
        y = y * 1.01
    assert len(build_graph(y).vertices) == 2001


# Views


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text_in_every_view(name):
    x = md.ones(2, requires_grad=True)
    picture = md.viz.graph(x.sum(), names={name: x})
    root = ET.fromstring(picture.svg)  # well-formed, so nothing broke out
    texts = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text")]
    shown = " ".join(name.split())[:50]
    assert any(" ".join(t.split())[:50] == shown for t in texts)
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    page = picture.html()
    assert page.count("<script") == page.count("</script") == 1
    assert picture.details()[by_name(picture.model, name).id]["title"] == name


def test_quoted_text_means_nothing_to_graphviz():
    assert quoted('a "b" \\N &amp; <i>') == r'"a \"b\" \\N &amp;amp; &lt;i&gt;"'
    assert len(quoted("x" * 100)) == 62


def test_the_still_view_is_the_same_in_every_run():
    def draw():
        md.manual_seed(1)
        _, _, _, loss = network()
        return md.viz.graph(loss, names={}).svg

    assert draw() == draw()


def test_dot_puts_vertices_into_the_boxes_of_their_modules():
    _, _, _, loss = network()
    dot = md.viz.graph(loss, open="all").dot
    assert dot.index("subgraph cluster_g1") < dot.index("subgraph cluster_g2") < dot.index('label="linear')
    assert 'label="1: relu\\n5 × 3"' in dot  # one operation needs no box of its own


def test_the_svg_names_itself_for_a_screen_reader_and_follows_the_theme():
    _, _, _, loss = network()
    root = ET.fromstring(md.viz.graph(loss).svg)
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("Computation graph of loss")
    style = root.find("{http://www.w3.org/2000/svg}style").text
    assert "prefers-color-scheme: dark" in style
    assert 'data-jp-theme-light="false"' in style


@pytest.mark.parametrize(
    ("ending", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".dot", b"digraph"), (".html", b"<!DOCTYPE")]
)
def test_a_picture_saves_itself_in_the_form_its_name_says(tmp_path, ending, start):
    _, _, _, loss = network()
    path = md.viz.graph(loss).save(tmp_path / f"graph{ending}")
    assert path.read_bytes().startswith(start)


def test_an_unknown_form_is_refused_and_nothing_is_written(tmp_path):
    _, _, _, loss = network()
    with pytest.raises(ValueError, match=r"saved as .svg, .png, .dot, .html, not as .gif"):
        md.viz.graph(loss).save(tmp_path / "graph.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_gets_the_widget_the_svg_and_the_text():
    _, _, _, loss = network()
    bundle = md.viz.graph(loss)._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}


def test_the_tooltip_has_the_formulas_as_mathml():
    x = md.ones(2, requires_grad=True)
    picture = md.viz.graph(x.tanh())
    (detail,) = [d for d in picture.details().values() if d["title"] == "tanh"]
    names, formulas = zip(*detail["formulas"], strict=True)
    assert names == ("computes", "passes back")
    assert all(f.startswith("<math") for f in formulas)


def test_every_formula_in_the_registry_becomes_mathml():
    from minidl.viz.graphs.maths import mathml

    for operation in md.autograd.REGISTRY.values():
        for latex in filter(None, (operation.formula, operation.gradient)):
            assert "<mi>\\" not in mathml(latex), f"{operation.name}: {latex}"


def test_graphviz_object_for_those_who_work_with_it():
    x = md.ones(2, requires_grad=True)
    assert "digraph" in md.viz.graph(x.sum()).to_graphviz().source
