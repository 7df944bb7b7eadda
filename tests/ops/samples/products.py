"""Samples of the operations in `minidl.ops.products`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("a @ b", "3,4", "4,2"),
    sample("a @ b", "3,4", "4"),
    sample("a @ b", "4", "4,2"),
    sample("a @ b", "4", "4"),
    sample("T.matmul(a, b)", "2,3,4", "4,2"),
    sample("T.matmul(a, b)", "2,1,3,4", "5,4,2"),
    sample("T.matmul(a, b)", "2,3,4", "4"),
    sample("T.matmul(a, b)", "3", "2,3,4"),
    sample("T.mm(a, b)", "2,3", "3,2"),
    sample("T.bmm(a, b)", "2,2,3", "2,3,2"),
    sample("T.mv(a, b)", "2,3", "3"),
    sample("T.dot(a, b)", "3", "3"),
    sample("T.outer(a, b)", "3", "2"),
    sample("F.linear(a, b, c)", "3,4", "2,4", "2"),
    sample("F.linear(a, b)", "2,3,4", "2,4"),
    sample("F.linear(a, b, c)", "4", "2,4", "2"),
]
