"""Reading ONNX files: what was exported computes the same and goes on learning; what is unknown is refused by name."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.interop import ImportOnnxError, export_onnx, import_onnx
from minidl.interop.onnx_import import RULES

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

MODELS = {
    "MLP": (
        lambda: [nn.Flatten(), nn.Linear(36, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3), nn.Softmax(dim=1)],
        (1, 6, 6),
    ),
    "CNN": (
        lambda: [
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.BatchNorm2d(4),
            nn.LeakyReLU(0.1),
            nn.MaxPool2d(2),
            nn.Flatten(),
        ],
        (1, 8, 8),
    ),
    "groups": (lambda: [nn.Conv2d(2, 4, 3, groups=2, dilation=2), nn.GELU(), nn.AvgPool2d(2, padding=1)], (2, 10, 10)),
    "means": (lambda: [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LogSoftmax(dim=1)], (3, 5, 5)),
    "normalised": (lambda: [nn.Linear(6, 5), nn.LayerNorm(5), nn.SiLU(), nn.Linear(5, 2), nn.Tanh()], (6,)),
    "one dimension": (lambda: [nn.Conv1d(2, 3, 3), nn.ELU(), nn.MaxPool1d(2), nn.Softplus()], (2, 8)),
    "bounded": (lambda: [nn.Hardtanh(), nn.Sigmoid(), nn.GroupNorm(2, 4)], (4, 5)),
}


def read(path, nodes, constants=(), inputs=("x",), shape=(None, 4), rank=2, opset=18):
    """A graph that was made by hand, written and read."""
    floats = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(name, floats, shape) for name in inputs],
        [helper.make_tensor_value_info("y", floats, [None] * rank)],
        [numpy_helper.from_array(array, name) for name, array in dict(constants).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("other", 1)])
    made.ir_version = 9
    path.write_bytes(made.SerializeToString())
    return import_onnx(path), made


@pytest.mark.parametrize("name", MODELS)
def test_what_was_exported_computes_the_same_also_for_other_batches(name, tmp_path):
    md.manual_seed(0)
    layers, shape = MODELS[name]
    model = nn.Sequential(*layers()).eval()
    again = import_onnx(export_onnx(model, md.randn(4, *shape), tmp_path / "model.onnx"))
    x = md.randn(7, *shape)
    assert again(x).detach().numpy() == pytest.approx(model(x).detach().numpy(), rel=1e-5, abs=1e-6)


def test_what_was_read_goes_on_learning(tmp_path):
    md.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    x = md.randn(64, 3)
    again = import_onnx(export_onnx(model, x, tmp_path / "model.onnx"))
    y = x.prod(dim=1, keepdim=True)
    optimizer = md.optim.Adam(again.parameters(), lr=0.05)
    losses = []
    for _ in range(100):
        loss = (again(x) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert sum(p.numel() for p in again.parameters()) == sum(p.numel() for p in model.parameters())


def test_nodes_that_other_programs_write_are_read_too(tmp_path):
    """Gemm, batch norm in inference, a global mean, padding: against the reference of the package onnx."""
    random = np.random.default_rng(0)
    draw = lambda *shape: random.normal(size=shape).astype(np.float32)
    constants = {
        "w": draw(3, 2, 3, 3),
        "scale": draw(3),
        "bias": draw(3),
        "mean": draw(3),
        "var": draw(3) ** 2,
        "a": draw(5, 3),
        "c": draw(5),
        "pads": np.array([0, 0, 1, 0, 0, 0, 2, 1]),
    }
    nodes = [
        helper.make_node("Pad", ["x", "pads"], ["p"]),
        helper.make_node("Conv", ["p", "w"], ["k"], pads=[1, 1, 1, 1], strides=[2, 1]),
        helper.make_node("BatchNormalization", ["k", "scale", "bias", "mean", "var"], ["n"]),
        helper.make_node("GlobalAveragePool", ["n"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "a", "c"], ["y"], alpha=0.5, transB=1),
    ]
    model, made = read(tmp_path / "made.onnx", nodes, constants, shape=(None, 2, 6, 5))
    x = draw(4, 2, 6, 5)
    (expected,) = reference.ReferenceEvaluator(made).run(None, {"x": x})
    assert model(md.tensor(x)).detach().numpy() == pytest.approx(expected, rel=1e-4, abs=1e-5)
    assert sum(p.numel() for p in model.parameters()) == 54 + 3 + 3 + 15 + 5  # the running statistics are no parameters


NODES = {  # operation -> the shape of x, other inputs, settings
    "Max": ((2, 4), [np.zeros(4, np.float32), np.full(4, 0.5, np.float32)], {}),
    "Sum": ((2, 4), [np.ones(4, np.float32), np.ones(1, np.float32), np.ones(4, np.float32)], {}),
    "Transpose": ((2, 3, 4), [], {}),
    "ReduceSum": ((2, 4), [np.array([], np.int64)], {}),
    "MaxPool": ((1, 2, 6, 6), [], {"kernel_shape": [2, 2], "dilations": [2, 3], "strides": [1, 2]}),
    "AveragePool": ((1, 2, 4, 4, 4), [], {"kernel_shape": [2, 2, 2]}),
}


@pytest.mark.parametrize("kind", NODES)
def test_a_node_computes_what_the_reference_computes(kind, tmp_path):
    shape, others, settings = NODES[kind]
    names = [f"c{k}" for k in range(len(others))]
    node = helper.make_node(kind, ["x", *names], ["y"], **settings)
    model, made = read(tmp_path / "made.onnx", [node], dict(zip(names, others, strict=True)), shape=shape, rank=len(shape))
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    (expected,) = reference.ReferenceEvaluator(made).run(None, {"x": x})
    found = model(md.tensor(x)).detach().numpy()
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("axis", range(-3, 4))
def test_an_input_is_flattened_at_any_axis_it_has(axis):
    x, split = md.zeros(2, 0, 3), axis % 3 if axis < 3 else 3
    assert RULES["Flatten"](x, axis).shape == (np.prod(x.shape[:split]), np.prod(x.shape[split:]))


@pytest.mark.parametrize("axis", [-4, 4, 100])
def test_an_input_is_not_flattened_at_an_axis_that_it_has_not(axis):
    with pytest.raises(ImportOnnxError, match=f"at axis {axis}: it lies between -3 and 3"):
        RULES["Flatten"](md.zeros(2, 4, 3), axis)


def test_a_mean_over_no_axes_is_the_input_where_the_node_says_so():
    x, none = md.randn(2, 4), md.zeros(0, dtype=md.int64)
    assert RULES["ReduceMean"](x, none, noop_with_empty_axes=1) is x
    assert RULES["ReduceMean"](x, none).shape == (1, 1)


def test_whole_numbers_are_divided_as_in_c():
    a, b = md.tensor([7, -7, 7]), md.tensor([2, 2, -2])
    assert RULES["Div"](a, b).tolist() == [3, -3, -3]
    assert RULES["Div"](a.float(), b).tolist() == [3.5, -3.5, -3.5]


@pytest.mark.parametrize(
    ("node", "constants", "options", "said"),
    [
        (("Softmax", {"axis": 1}), {}, {"opset": 11}, "of opset 11, and files of opset 13 and later are read"),
        (("Relu", {"domain": "other"}), {}, {}, "the operation Relu of other cannot be read"),
        (
            ("AveragePool", {"kernel_shape": [2, 2], "dilations": [2, 2]}),
            {},
            {"shape": (1, 1, 4, 4), "rank": 4, "opset": 19},
            "AveragePool with 1 inputs and the settings .*dilations.* cannot be read",
        ),
        (("Add", {}), {"c": np.array(["a"], dtype=object)}, {}, "the constant c is of object"),
    ],
)
def test_what_would_compute_something_else_is_refused_when_the_file_is_read(node, constants, options, said, tmp_path):
    kind, settings = node
    with pytest.raises(ImportOnnxError, match=said):
        read(tmp_path / "made.onnx", [helper.make_node(kind, ["x", *constants], ["y"], **settings)], constants, **options)


def test_a_node_that_cannot_be_computed_is_named_with_its_shapes(tmp_path):
    constants = {"pads": np.array([1, 1, 1])}
    model, _ = read(tmp_path / "made.onnx", [helper.make_node("Pad", ["x", "pads"], ["y"])], constants)
    with pytest.raises(ImportOnnxError, match=r"Pad of \(2, 4\), \(3,\) with \{\} cannot be computed"):
        model(md.zeros(2, 4))
    model, _ = read(tmp_path / "made.onnx", [helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2])])
    with pytest.raises(ImportOnnxError, match=r"an input of \(2, 4\) cannot be filtered with \[\[2, 2\]\]"):
        model(md.zeros(2, 4))
    model, _ = read(tmp_path / "made.onnx", [helper.make_node("GlobalAveragePool", ["x"], ["y"])])
    with pytest.raises(ImportOnnxError, match=r"means over space, and an input of \(2, 4\) has none"):
        model(md.zeros(2, 4))
    weight = {"w": np.ones((3, 3, 3), np.float32)}
    model, _ = read(tmp_path / "made.onnx", [helper.make_node("Gemm", ["x", "w"], ["y"])], weight)
    with pytest.raises(ImportOnnxError, match=r"Gemm multiplies two matrices, not \(2, 3\) and \(3, 3, 3\)"):
        model(md.zeros(2, 3))


def test_a_number_is_no_parameter(tmp_path):
    nodes = [helper.make_node("Mul", ["x", "half"], ["y"])]
    model, _ = read(tmp_path / "half.onnx", nodes, {"half": np.array(0.5, np.float32)})
    assert list(model.parameters()) == []
    assert model(md.ones(1, 4)).tolist() == [[0.5] * 4]
    assert "1 operations, from 'x' to 'y'" in repr(model)


def test_what_cannot_be_read_is_refused_when_the_file_is_read(tmp_path):
    path = tmp_path / "made.onnx"
    with pytest.raises(ImportOnnxError, match="the operation Det cannot be read; there are Abs, Add"):
        read(path, [helper.make_node("Det", ["x"], ["y"])])
    pool = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], ceil_mode=1)
    with pytest.raises(ImportOnnxError, match="MaxPool with auto_pad or ceil_mode"):
        read(path, [pool], shape=(None, 1, 5, 5), rank=4)
    with pytest.raises(ImportOnnxError, match="one input and one output here, and this has 2 and 1"):
        read(path, [helper.make_node("Add", ["x", "z"], ["y"])], inputs=("x", "z"))
    uneven = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], pads=[0, 0, 1, 1])
    model, _ = read(path, [uneven], shape=(None, 1, 5, 5), rank=4)
    with pytest.raises(ImportOnnxError, match=r"pads \[0, 0, 1, 1\] are not the same at both ends"):
        model(md.zeros(1, 1, 5, 5))


@pytest.mark.parametrize("content", [b"", b"this is text", b"\x08\x09\x12"])
def test_what_is_no_onnx_file_is_refused(content, tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ImportOnnxError, match=r"broken\.onnx is no ONNX file"):
        import_onnx(path)
    with pytest.raises(ImportOnnxError, match="cannot be read: No such file"):
        import_onnx(tmp_path / "nowhere.onnx")
