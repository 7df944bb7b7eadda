"""Samples of the operations in `minidl.ops.sorting`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.topk(a, 2).values", "3,4"),
    sample("T.topk(a, 2, dim=0, largest=False)[0]", "3,4"),
    sample("T.topk(a, 3)[1]", "5"),
    sample("T.sort(a, 1).values", "3,4"),
    sample("T.sort(a, 0, descending=True)[0]", "3,4"),
    sample("T.sort(a, descending=True)[1]", "5"),
    sample("T.argsort(a, 0)", "3,4"),
    sample("T.sort(a, descending=True).indices", "=[2.0, nan, 2.0, 3.0]"),
    sample("T.sort(a).values", "s"),
    sample("T.topk(a, 1).values", "s"),
    sample("T.msort(a)", "3,2"),
    sample("T.kthvalue(a, 2, 1).values", "3,4"),
    sample("T.kthvalue(a, 3, dim=0, keepdim=True)[1]", "4,2"),
    sample("T.searchsorted(a.detach(), b.detach())", "=[0.0, 1.0, 1.0, 2.0]", "=[1.0, -1.0, 3.0]"),
    sample(
        "T.searchsorted(a.detach(), b.detach(), right=True, out_int32=True)", "=[[0.0, 1.0], [1.0, 2.0]]", "=[[1.0], [3.0]]"
    ),
    sample("T.bucketize(a.detach(), b.detach(), right=True)", "=[[1.0, 0.5], [3.0, -1.0]]", "=[0.0, 1.0, 2.0]"),
    sample("T.isin(a, b)", "=[[1, 2], [3, 4]]", "=[2, 4]"),
    sample("T.isin(a, b, invert=True)", "=[[1, 2], [3, 4]]", "=[2, 4]"),
    sample("T.unique(a)", "#3:3,4"),
    sample("T.unique(a, return_inverse=True)[1]", "#3:3,4"),
    sample("T.unique(a, return_counts=True, dim=0)[1]", "=[[1, 2], [3, 4], [1, 2]]"),
    sample("T.unique_consecutive(a, return_counts=True)[1]", "=[1, 1, 2, 1]"),
    sample("T.unique_consecutive(a, dim=0)", "=[[1, 2], [1, 2], [3, 4]]"),
]
