"""Samples of the operations in `minidl.ops.embedding`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.embedding(b, a)", "5,3", "#5:2,4"),
    sample("F.embedding(b, a, padding_idx=1)", "3,2", "=[0, 1, 1, 2]", corner=True),
]
