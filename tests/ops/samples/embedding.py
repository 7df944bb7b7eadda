"""Samples of the operations in `minidl.ops.embedding`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.embedding(b, a)", "5,3", "#5:2,4"),
    sample("F.embedding(b, a, padding_idx=1)", "3,2", "=[0, 1, 1, 2]", corner=True),
    sample("F.embedding(b, a, scale_grad_by_freq=True)", "3,2", "=[0, 1, 1, 2]", corner=True),
    sample("F.embedding_bag(b, a, mode='sum')", "5,3", "#5:2,4"),
    sample("F.embedding_bag(b, a, mode='mean')", "5,3", "#5:2,4"),
    sample("F.embedding_bag(b, a, mode='max')", "5,3", "#5:2,4"),
    sample("F.embedding_bag(b, a, c)", "5,3", "#5:6", "=[0, 2, 2]"),
    sample("F.embedding_bag(b, a, c, mode='max', padding_idx=1)", "5,3", "=[0, 1, 2, 1, 1, 4]", "=[0, 3, 5]"),
    sample(
        "F.embedding_bag(b, a, c, mode='sum', per_sample_weights=d, include_last_offset=True)",
        "5,3",
        "#5:6",
        "=[0, 2, 6]",
        "6",
    ),
]
