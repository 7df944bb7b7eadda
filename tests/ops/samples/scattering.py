"""Samples of the operations in `minidl.ops.scattering`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.scatter_add(a, 1, b, c)", "3,4", "#4:3,2", "3,2"),
    sample("T.scatter(a, 1, b, c)", "3,4", "=[[0, 2], [1, 3], [3, 0]]", "3,2"),
    sample("T.scatter(a, 1, b, 2.5)", "3,4", "=[[0], [1], [3]]"),
    sample("T.index_add(a, 1, b, c)", "3,4", "#4:5", "3,5"),
    sample("T.scatter(a, 0, b, c)", "4", "=[1, 1, 3]", "3", corner=True),
    sample("T.scatter(a.detach(), 1, b, c.detach(), reduce='add')", "3,4", "=[[0, 2], [1, 1], [3, 0]]", "3,2"),
    sample("T.scatter(a.detach(), 0, b, 2.0, reduce='multiply')", "4", "=[1, 3]", corner=True),
    sample("T.scatter(input=a, dim=0, index=b, src=c)", "s", "=0", "s"),
    sample("T.scatter_add(a, 0, b, c)", "s", "=0", "s"),
    *[
        sample(f"T.scatter_reduce(a, 1, b, c, '{kind}')", "3,4", "#4:3,3", "3,3")
        for kind in "sum mean amax amin prod".split()
    ],
    *[
        sample(f"T.scatter_reduce(a, 0, b, c, '{kind}', include_self=False)", "4", "=[1, 1, 3, 3, 3]", "5")
        for kind in "sum mean amax amin prod".split()
    ],
    sample("T.scatter_reduce(a, 0, b, c, 'amax')", "=[1.0, 0.0]", "=[0, 0, 1]", "=[1.0, 1.0, -1.0]", corner=True),
    sample(
        "T.scatter_reduce(a, 0, b, c, 'prod')", "=[2.0, 0.0, 3.0]", "=[0, 0, 1, 2]", "=[0.0, 4.0, 5.0, 2.0]", corner=True
    ),
    sample("T.index_add(a, 0, b, c, alpha=0.5)", "3,2", "=[2, 0, 2]", "3,2"),
    sample("T.index_copy(a, 1, b, c)", "2,4", "=[3, 0]", "2,2"),
    sample("T.index_fill(a, 1, b, 2.5)", "2,4", "=[3, 0]"),
    sample("T.index_put(a, (b,), c)", "4,2", "=[3, 0]", "2,2"),
    sample("T.index_put(a, (b, d), c, accumulate=True)", "4,2", "=[3, 3]", "2", "=[1, 1]"),
    sample("T.put(a, b, c)", "2,3", "=[5, 0]", "2"),
    sample("T.put(a, b, c, accumulate=True)", "2,3", "=[5, 5]", "2"),
    sample("T.masked_scatter(a, b, c)", "2,3", "?2,3", "6"),
    sample("T.select_scatter(a, b, 1, 2)", "2,3", "2"),
    sample("T.slice_scatter(a, b, 1, 0, 3, 2)", "2,4", "2,2"),
    sample("T.diagonal_scatter(a, b, 1)", "3,3", "2"),
    sample("a.clone().scatter_(0, b, c)", "4", "=[1, 0, 3]", "3"),
    sample("a.clone().scatter_add_(0, b, c)", "4", "=[1, 1, 3]", "3"),
    sample("a.clone().index_add_(0, b, c)", "4,2", "=[1, 1]", "2,2"),
    sample("a.clone().index_put_((b,), c)", "4,2", "=[1, 0]", "2,2"),
    sample("a.clone().index_fill_(0, b, 1.0)", "4,2", "=[1, 0]"),
    sample("a.clone().masked_scatter_(b, c)", "2,3", "?2,3", "6"),
    sample("T.index_fill(a, 1, b, c)", "2,4", "=[3, 0, 3]", "s"),
    *[
        sample(f"T.index_reduce(a, 1, b, c, '{kind}', include_self={own})", "3,4", "=[0, 2, 0]", "3,3")
        for kind in "prod mean amax amin".split()
        for own in (True, False)
    ],
    sample("a.clone().index_reduce_(0, b, c, 'amax')", "4,2", "=[1, 1]", "2,2"),
    sample("(2 * a).fill_diagonal_(5.0)", "3,4"),
    sample("(2 * a).fill_diagonal_(5.0, wrap=True)", "5,2"),
    sample("a.clone().detach().apply_(lambda v: v + 1)", "3,4"),
    sample("a.detach().clone().map_(b.detach(), lambda v, w: v * w)", "3,4", "4"),
]
