"""Samples of the operations in `minidl.ops.padding`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.pad(a, (1, 2))", "2,3"),
    sample("F.pad(a, (1, 0, 0, 2), value=2.0)", "2,3"),
    sample("F.pad(a, (-1, 1))", "2,4"),
    sample("F.pad(a, (1, 2, 2, 1), mode='reflect')", "1,2,3,4"),
    sample("F.pad(a, (1, 2), mode='replicate')", "1,2,3"),
    sample("F.pad(a, (1, 2, 1, 0), mode='circular')", "1,2,3,4"),
    sample("F.pad(a, (-1, 1, -2, 1), mode='circular')", "1,2,4,4"),
    sample("F.pad(a, (-1, 2), mode='replicate')", "1,2,4"),
    sample("F.pad(a, (-1, 2), mode='reflect')", "2,4"),
    sample("F.pad(a, (0, 0))", "2,3"),
]
