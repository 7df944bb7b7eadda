"""Samples of the operations in `minidl.ops.indexing`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("a[1]", "3,4"),
    sample("a[:, 1:3]", "3,4"),
    sample("a[..., None, -1]", "2,3,4"),
    sample("a[::2]", "5,2"),
    sample("a[[0, 2, 0]]", "3,4"),
    sample("a[b]", "4,2", "#4:5"),
    sample("a[:, b]", "2,4", "#4:2,3"),
    sample("a[a > 0]", "3,4"),
    sample("a[[0, 1], [1, 1]]", "3,4"),
    sample("a[b, 1]", "4,2", "#4:5"),
    sample("a[None, 1, :, 0]", "2,3,2"),
    sample("T.gather(a, 1, b)", "3,4", "#4:3,2"),
    sample("T.gather(a, 0, b)", "3,4", "#3:2,4"),
    sample("T.take_along_dim(a, b, 1)", "3,4", "#4:3,2"),
    sample("T.masked_select(a, a > 0)", "3,4"),
    sample("T.nonzero(a)", "0:3,4"),
    sample("T.select(a, 1, 2)", "3,4"),
    sample("T.index_select(a, 1, b)", "3,4", "#4:5"),
    sample("F.one_hot(a, 5)", "#5:4"),
    sample("T.take(a, b)", "2,3", "=[[0, 5], [2, 2]]"),
    sample("T.argwhere(a)", "0:3,4"),
    sample("T.nonzero(a, as_tuple=True)[1]", "0:3,4"),
    sample("T.gather(a, 0, b)", "s", "=0"),
    sample("T.index_select(a, dim=0, index=b)", "s", "=[0]"),
    sample("a[0, :, b]", "2,3,4", "=[1, 3]"),
    sample("a[b, :, 0]", "2,3,4", "=[1, 0, 1]"),
]
