"""Samples of the operations in `minidl.ops.running`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.cumsum(a, 1)", "3,4"),
    sample("T.cumsum(a, 0)", "3,4"),
    sample("T.cumprod(a, 1)", "3,4"),
    sample("T.cumprod(a, 0)", "=[2.0, 0.0, 3.0, 0.0, 1.0]"),
    sample("T.cumsum(a, 0)", "s"),
    sample("T.cumsum(a, -1, dtype=T.float64)", "#5:2,3"),
    sample("T.cumprod(a, 0)", "s"),
    sample("T.cummax(a, 1).values", "3,4"),
    sample("T.cummax(a, 0)[1]", "=[1.0, 1.0, 0.0, 2.0, 2.0]"),
    sample("T.cummax(a, 0)[1]", "=[1.0, nan, 0.0, nan, 2.0]"),
    sample("T.cummin(a, 0).values", "=[1.0, 1.0, 0.0, 2.0, 0.0]", corner=True),
    sample("T.cummin(a, dim=1).indices", "3,4"),
    sample("T.logcumsumexp(a, 1)", "3,4"),
    sample("T.logcumsumexp(a * 1000, 0)", "5"),
    sample("T.logcumsumexp(a, 0)", "s"),
    sample("T.diff(a)", "3,4"),
    sample("T.diff(a, n=2, dim=0)", "4,3"),
    sample("T.diff(a, dim=0, prepend=b, append=c)", "2,3", "1,3", "2,3"),
    sample("T.diff(a)", "?6"),
    sample("T.trapezoid(a)", "3,4"),
    sample("T.trapezoid(a, b, dim=0)", "3,4", "3"),
    sample("T.trapezoid(a, dx=0.5, dim=0)", "3,4"),
    sample("T.cumulative_trapezoid(a, b)", "3,4", "3,4"),
    *[sample(f"T.gradient(a, dim={dim}, edge_order={edge})[-1]", "4,5") for dim in (None, 0, -1) for edge in (1, 2)],
    sample("T.gradient(a, spacing=0.5)[0]", "5"),
    sample("T.gradient(a, spacing=[2.0, 0.5])[1]", "4,5"),
    sample("T.gradient(a, spacing=(T.tensor([0.0, 1.0, 3.0, 3.5], dtype=T.float64),), dim=1, edge_order=1)[0]", "2,4"),
    sample("T.trapz(a, dim=0)", "4,2"),
]
