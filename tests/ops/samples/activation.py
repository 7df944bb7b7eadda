"""Samples of the operations in `minidl.ops.activation`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.sigmoid(a)", "3,4"),
    sample("T.relu(a)", "3,4"),
    sample("T.sigmoid(a)", "s"),
    sample("T.relu(a)", "=[0.0, -1.0, 2.0]", corner=True),
    sample("F.softmax(a, 1)", "3,4"),
    sample("F.softmax(a * 1000, 0)", "3"),
    sample("F.log_softmax(a, 0)", "3,4"),
    sample("F.softmin(a, 1)", "3,4"),
    *[
        sample(f"F.{name}(a)", "3,4")
        for name in "leaky_relu relu6 hardtanh elu selu gelu silu softplus mish softsign logsigmoid".split()
    ],
    sample("F.gelu(a, approximate='tanh')", "3,4"),
    sample("F.leaky_relu(a, 0.3)", "5"),
    sample("F.elu(a, 2.0)", "5"),
    sample("F.softplus(a * 30, 2.0, 10.0)", "5"),
    sample("F.hardtanh(a, -0.5, 0.7)", "5"),
    sample("F.prelu(a, b)", "2,3,2", "3"),
    sample("F.prelu(a, b)", "4", "1"),
    sample("F.glu(a, 1)", "2,4"),
    sample("F.hardtanh(a)", "=[-1.0, 1.0, 0.0]", corner=True),
    sample("T.autograd.grad(F.elu(a).sum(), a, create_graph=True)[0] ** 2", "=[0.0, -1.0, 1.0]", corner=True),
    *[sample(f"F.{name}(a * 4)", "3,4") for name in "hardswish hardshrink softshrink tanhshrink celu".split()],
    sample("F.celu(a, 0.7)", "5"),
    sample("F.threshold(a, 0.1, 5.0)", "5"),
    sample("F.rrelu(a)", "5"),
    sample("F.hardswish(a)", "=[-3.0, 3.0, 0.0, -5.0, 5.0]", corner=True),
    sample("F.hardsigmoid(a.detach())", "=[-3.0, 3.0, 0.0, 5.0, 1.5]"),
    sample("F.softshrink(a, 0.3)", "=[-0.3, 0.3, 0.4, nan]", corner=True),
    sample("F.hardshrink(a, 0.3)", "=[-0.3, 0.3, 0.4, nan]", corner=True),
    sample("F.threshold(a, 0.3, 1.0)", "=[0.3, 0.4, nan]", corner=True),
    sample("F.prelu(a, b)", "s", "1"),
    sample("F.softmax(a, dim=0, dtype=T.float64)", "3,2"),
]
