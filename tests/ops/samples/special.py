"""Samples of the operations in `minidl.ops.special`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.erf(a)", "3,4"),
    sample("T.erf(a)", "s"),
]
