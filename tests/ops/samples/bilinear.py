"""Samples of the operations in `minidl.ops.bilinear`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.bilinear(a, b, c, d)", "3,2", "3,4", "5,2,4", "5"),
    sample("F.bilinear(a, b, c)", "2", "3", "2,2,3"),
]
