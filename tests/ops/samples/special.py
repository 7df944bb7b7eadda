"""Samples of the operations in `minidl.ops.special`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.erf(a)", "3,4"),
    sample("T.erf(a)", "s"),
    sample("T.erfinv(a)", "~3,4"),
    sample("T.erfinv(a)", "=[0.0, 1.0, -1.0, 1.5, 0.999999, 1e-9]", corner=True),
]
