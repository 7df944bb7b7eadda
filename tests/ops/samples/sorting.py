"""Samples of the operations in `minidl.ops.sorting`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.cumprod(a, 1)", "3,4"),
    sample("T.cumprod(a, 0)", "=[2.0, 0.0, 3.0, 0.0, 1.0]"),
    sample("T.topk(a, 2).values", "3,4"),
    sample("T.topk(a, 2, dim=0, largest=False)[0]", "3,4"),
    sample("T.topk(a, 3)[1]", "5"),
    sample("T.sort(a, 1).values", "3,4"),
    sample("T.sort(a, 0, descending=True)[0]", "3,4"),
    sample("T.sort(a, descending=True)[1]", "5"),
    sample("T.argsort(a, 0)", "3,4"),
    sample("T.median(a)", "3,4"),
    sample("T.median(a, 1)[0]", "3,4"),
    sample("T.median(a, 1).indices", "3,5"),
]
