"""Samples of the operations in `minidl.ops.gamma`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.lgamma(a)", "3,4"),
    sample("T.lgamma(a)", "=[0.5, 3.0, 171.5, 1000.0, 1e-5]", corner=True),
    sample("T.digamma(a)", "3,4"),
    sample("T.digamma(a)", "=[0.0, -0.0, -10.5, 1000.0, inf, -inf]", corner=True),
    *[sample(f"T.polygamma({n}, a)", ">3,4") for n in range(4)],
    sample("T.polygamma(2, a)", "=[-1.5, 10.0, 50.0]"),
    sample("T.mvlgamma(a + 2, 3)", ">4"),
    sample("T.i0(a)", "3,4"),
    sample("T.i0(a)", "=[0.0, 50.0, -20.0]", corner=True),
    sample("T.special.i1(a)", "3,4"),
    sample("T.special.multigammaln(a + 2, 2)", ">4"),
]
