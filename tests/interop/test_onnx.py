"""What was learned here runs elsewhere: exported models give the same numbers in onnxruntime."""

import sys

import numpy as np
import onnxruntime
import pytest

import minidl as md
from minidl import nn
from minidl.interop import ExportError, export_onnx


class Text(nn.Module):
    """Words to vectors, through a recurrent layer, to a score for each class."""

    def __init__(self, kind, **settings):
        super().__init__()
        self.embed = nn.Embedding(11, 6)
        self.layer = getattr(nn, kind)(6, 5, batch_first=True, **settings)
        self.out = nn.Linear(10 if settings.get("bidirectional") else 5, 3)

    def forward(self, x):
        return self.out(self.layer(self.embed(x))[0][:, -1])


class Mixed(nn.Module):
    """Small operations of many kinds."""

    def forward(self, x):
        a = x[:, 1:3].exp().sum(1, keepdim=True) / (x.abs().amax(1, keepdim=True) + 1)
        b = md.cat([a, x[:, :1] ** 2, x[:, 2].unsqueeze(1).sqrt().clamp(0.1, 2.0)], 1)
        c = md.stack([b.sin(), md.where(b > 0.5, b, -b)], 1)
        return c.permute(0, 2, 1).flip(1).reshape(x.shape[0], -1).softmax(1).log() - x.mean()


MODELS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3), nn.Softmax(1)), (4, 6)),
    "cnn": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1, stride=2),
            nn.BatchNorm2d(4),
            nn.GELU(),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(4, 4, 2, groups=2),
            nn.GroupNorm(2, 4),
            nn.SiLU(),
            nn.AvgPool2d(2, padding=1),
            nn.Flatten(),
            nn.Linear(16, 3),
            nn.LogSoftmax(1),
        ),
        (3, 2, 14, 14),
    ),
    "decoder": (
        lambda: nn.Sequential(nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), nn.InstanceNorm2d(4), nn.Upsample(scale_factor=2)),
        (2, 3, 4, 5),
    ),
    "activations": (
        lambda: nn.Sequential(
            nn.LeakyReLU(),
            nn.ELU(0.5),
            nn.SELU(),
            nn.Mish(),
            nn.Softplus(),
            nn.Softsign(),
            nn.Hardtanh(),
            nn.LogSigmoid(),
            nn.Tanh(),
            nn.PReLU(),
            nn.GELU("tanh"),
            nn.ReLU6(),
            nn.GLU(1),
            nn.RMSNorm(3),
        ),
        (4, 6),
    ),
    "transformer": (
        lambda: nn.Sequential(
            nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), nn.Flatten(), nn.Linear(40, 3)
        ),
        (3, 5, 8),
    ),
    "mixed": (Mixed, (4, 3)),
}


def agree(model, make_input, path):
    """Export on one batch, and compare on a larger one."""
    example = make_input(3)
    export_onnx(model, example, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    x = make_input(5)
    with md.no_grad():
        expected = model.eval()(x)
    (found,) = session.run(None, {"input": x.numpy()})
    np.testing.assert_allclose(found, expected.array, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_an_exported_model_gives_the_same_numbers(name, tmp_path):
    build, shape = MODELS[name]
    model = build()
    model(md.rand(*shape))  # batch norm has seen something
    agree(model, lambda n: md.rand(n, *shape[1:]) + 0.1, tmp_path / "model.onnx")


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("settings", [{}, {"num_layers": 2, "bidirectional": True}])
def test_an_exported_recurrent_model_gives_the_same_numbers(kind, settings, tmp_path):
    agree(Text(kind, **settings), lambda n: md.randint(0, 11, (n, 7)), tmp_path / "model.onnx")


def test_export_puts_the_mode_back_and_leaves_the_model_alone(tmp_path):
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    before = model[0].weight.tolist()
    export_onnx(model, md.ones(1, 2), tmp_path / "m.onnx")
    assert model.training
    assert model[0].weight.tolist() == before


def test_an_operation_without_translation_is_named_and_nothing_is_written(tmp_path):
    class Odd(nn.Module):
        def forward(self, x):
            return x.cumsum(1)

    with pytest.raises(ExportError, match="the operation 'cumsum' has no translation to ONNX"):
        export_onnx(Odd(), md.ones(2, 2), tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_ignores_its_input_is_refused(tmp_path):
    class Constant(nn.Module):
        def forward(self, x):
            return md.ones(2)

    with pytest.raises(ExportError, match="must return one tensor that depends on its input"):
        export_onnx(Constant(), md.ones(2, 2), tmp_path / "m.onnx")


class Formula(nn.Module):
    """A model that computes what a function says."""

    def __init__(self, function):
        super().__init__()
        self.function, self.weight = function, nn.Parameter(md.randn(3, 3))

    def forward(self, x):
        return self.function(self, x)


def changed_in_place(model, x):
    h = x * 2
    h += 1
    h.mul_(x)
    h.clamp_(min=-0.5)
    return h + model.weight[0]


def changed_view(model, x):
    h = (x * 2).reshape(-1, 3, 1)
    h.add_(x.reshape(-1, 3, 1))
    return h


def filled(model, x):
    h = x * 2
    h.fill_(3.0)
    return h + x


EXPORTED = {
    "changes in place": changed_in_place,
    "a view changed in place": changed_view,
    "a tensor that is filled": filled,
    "relu in place": lambda model, x: nn.ReLU(inplace=True)(x * 1) + 1,
    "clamp from below": lambda model, x: x.clamp(min=0.0),
    "clamp from above": lambda model, x: md.clamp(x, max=0.5),
    "arguments by name": lambda model, x: md.cat([x.softmax(dim=1), x.mean(dim=-1, keepdim=True)], dim=-1),
    "comparisons": lambda model, x: (x > 0).float() * 2 + md.where(x > 0.1, x, 0.0),
    "double precision": lambda model, x: x.double().tanh() * 0.3 + 1,
}


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_formula_gives_the_same_numbers(name, tmp_path):
    agree(Formula(EXPORTED[name]), lambda n: md.randn(n, 3), tmp_path / "m.onnx")


@pytest.mark.parametrize("dtype", ["int64", "int32"])
@pytest.mark.parametrize(
    "function",
    [
        lambda model, x: x + 1,
        lambda model, x: 3 - x * 2,
        lambda model, x: x / 2,
        lambda model, x: x * 0.5,
        lambda model, x: x.clamp(min=1),
        lambda model, x: x == 1,
        lambda model, x: -x,
        lambda model, x: x.sum(1),
        lambda model, x: x.float().mean(1),
        lambda model, x: x + model.weight[0],
        lambda model, x: model.weight[x],
        lambda model, x: nn.functional.embedding(x, model.weight, padding_idx=1),
    ],
)
def test_whole_numbers_stay_whole_and_meet_floats_as_here(function, dtype, tmp_path):
    agree(Formula(function), lambda n: md.randint(0, 3, (n, 3)).to(dtype), tmp_path / "m.onnx")


def through_numpy(model, x):
    return md.tensor(np.tanh(x.numpy())) + x


def frozen_argmax(model, x):
    return x + model.weight[x.argmax(1)]


def branching(model, x):
    return x * 2 if x.sum() > 0 else x


def written_into_a_part(model, x):
    h = x * 2
    h.reshape(-1, 1).add_(1)
    return h * 1


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda model, x: x * x.sum().item(), r"item\(\) takes a number that depends on the input out of the graph"),
        (through_numpy, r"numpy\(\) takes a number that depends on the input out of the graph"),
        (branching, r"md.where instead of if"),
        (frozen_argmax, "gives other numbers than the model on another input"),
        (lambda model, x: x + md.rand(3), "gives other numbers than the model on another input"),
        (lambda model, x: x / x.shape[0], "gives other numbers than the model on another input"),
        (written_into_a_part, "used after a part of it, or the whole of which it is a part, was changed in place"),
    ],
)
def test_what_would_be_frozen_is_refused_and_nothing_is_written(function, text, tmp_path):
    model = Formula(function)
    with pytest.raises(ExportError, match=text):
        export_onnx(model, md.randn(2, 3), tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []
    assert model.training
    assert md.ones(1).item() == 1.0


def test_a_batch_of_the_examples_size_alone_may_be_counted(tmp_path):
    export_onnx(Formula(lambda model, x: x / x.shape[0]), md.randn(2, 3), tmp_path / "m.onnx", dynamic_batch=False)


def test_without_onnxruntime_the_reference_of_onnx_compares(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    export_onnx(nn.Sequential(nn.Linear(3, 2), nn.Tanh()), md.randn(2, 3), tmp_path / "m.onnx")
    with pytest.raises(ExportError, match="gives other numbers"):
        export_onnx(Formula(frozen_argmax), md.randn(2, 3), tmp_path / "n.onnx")


def test_export_by_the_arguments_of_pytorch(tmp_path):
    model = nn.Linear(3, 2)
    md.onnx.export(
        model,
        (md.ones(1, 3),),
        tmp_path / "m.onnx",
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch"}},
        opset_version=17,
    )
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(["y"], {"x": np.ones((4, 3), np.float32)})
    np.testing.assert_allclose(found, model(md.ones(4, 3)).detach().array, rtol=1e-5)
    with pytest.raises(ExportError, match="one input and one output, and got 2 examples"):
        md.onnx.export(model, (md.ones(1, 3), md.ones(1, 3)), tmp_path / "n.onnx")
