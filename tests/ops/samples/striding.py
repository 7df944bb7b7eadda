"""Samples of the operations in `minidl.ops.striding`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("a.unfold(1, 3, 2)", "2,8"),
    sample("a.unfold(-1, 2, 1).unfold(0, 3, 2) ** 2", "5,4"),
    sample("a.unfold(0, 1, 1)", "s"),
    sample("T.as_strided(a.contiguous(), (2, 3), (1, 2), 1)", "2,8"),
    sample("a.as_strided((4, 2), (1, 1)) ** 2", "5"),
    sample("a.as_strided((2, 2), (0, 0))", "3"),
]
