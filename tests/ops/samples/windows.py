"""Samples of the operations in `minidl.ops.windows`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.unfold(a, 2)", "1,2,3,4"),
    sample("F.unfold(a, (2, 3), padding=1, stride=2)", "2,2,4,5"),
    sample("F.pad(a, (1, 2))", "2,3"),
    sample("F.pad(a, (1, 0, 0, 2), value=2.0)", "2,3"),
    sample("F.pad(a, (-1, 1))", "2,4"),
    sample("F.pad(a, (1, 2, 2, 1), mode='reflect')", "1,2,3,4"),
    sample("F.pad(a, (1, 2), mode='replicate')", "1,2,3"),
]
