"""What was learned here runs elsewhere: exported models give the same numbers in onnxruntime."""

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
            nn.Conv2d(2, 4, 3, padding=1, stride=2), nn.BatchNorm2d(4), nn.GELU(), nn.MaxPool2d(2, ceil_mode=True), nn.Conv2d(4, 4, 2, groups=2),
            nn.GroupNorm(2, 4), nn.SiLU(), nn.AvgPool2d(2, padding=1), nn.Flatten(), nn.Linear(16, 3), nn.LogSoftmax(1),
        ),
        (3, 2, 14, 14),
    ),
    "decoder": (lambda: nn.Sequential(nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), nn.InstanceNorm2d(4), nn.Upsample(scale_factor=2)), (2, 3, 4, 5)),
    "activations": (
        lambda: nn.Sequential(
            nn.LeakyReLU(), nn.ELU(0.5), nn.SELU(), nn.Mish(), nn.Softplus(), nn.Softsign(), nn.Hardtanh(), nn.LogSigmoid(), nn.Tanh(),
            nn.PReLU(), nn.GELU("tanh"), nn.ReLU6(), nn.GLU(1), nn.RMSNorm(3),
        ),
        (4, 6),
    ),
    "transformer": (
        lambda: nn.Sequential(nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), nn.Flatten(), nn.Linear(40, 3)),
        (3, 5, 8),
    ),
    "mixed": (Mixed, (4, 3)),
}  # fmt: skip


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
