"""Samples of the operations in `minidl.ops.pooling`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.max_pool2d(a, 2)", "2,2,4,6"),
    sample("F.max_pool2d(a, 3, stride=2, padding=1)", "1,2,6,5"),
    sample("F.max_pool2d(a, 2, ceil_mode=True)", "1,1,5,5"),
    sample("F.max_pool2d(a, 2, stride=1, dilation=2)", "1,1,5,5"),
    sample("F.max_pool1d(a, 3, 2)", "2,2,7"),
    sample("F.max_pool2d(a, 2)", "=[[[[1.0, 1.0], [0.0, 1.0]]]]", corner=True),
    sample("F.avg_pool2d(a, 2)", "2,2,4,6"),
    sample("F.avg_pool2d(a, 3, stride=2, padding=1)", "1,2,6,5"),
    sample("F.avg_pool1d(a, 2)", "2,2,6"),
    sample("F.avg_pool2d(a, 3, stride=2, padding=1, count_include_pad=False)", "1,2,6,5"),
    sample("F.avg_pool2d(a, 2, ceil_mode=True)", "1,1,5,5"),
    sample("F.adaptive_avg_pool2d(a, (2, 3))", "2,2,5,6"),
    sample("F.adaptive_avg_pool2d(a, 1)", "2,2,4,4"),
]
