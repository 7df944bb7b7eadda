"""Samples of the operations in `minidl.ops.special`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.erf(a)", "3,4"),
    sample("T.erf(a)", "s"),
    sample("T.erfinv(a)", "~3,4"),
    sample("T.erfinv(a)", "=[0.0, 1.0, -1.0, 1.5, 0.999999, 1e-9]", corner=True),
    sample("T.erfc(a)", "3,4"),
    sample("T.erfc(a)", "=[0.0, 3.0, -3.0, 10.0, 27.0]"),
    sample("T.special.ndtr(a)", "3,4"),
    sample("T.special.entr(a)", ">3,4"),
    sample("T.special.entr(a)", "=[0.0, -1.0, nan]", corner=True),
    sample("T.special.xlog1py(a, b)", "3,4", ">4"),
    sample("T.special.xlog1py(a.detach(), b)", "=[0.0, 0.0, 2.0]", "=[-1.0, nan, 1.0]", corner=True),
    *[sample(f"T.special.{name}(a)", ">4") for name in "expit gammaln psi exp2 sinc".split()],
]
