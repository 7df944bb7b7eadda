"""Samples of the operations in `minidl.ops.normalization`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.layer_norm(a, (4,), b, c)", "3,4", "4", "4"),
    sample("F.layer_norm(a, (3, 4))", "2,3,4"),
    sample("F.rms_norm(a, (4,), b)", "3,4", "4"),
    sample("F.batch_norm(a, None, None, b, c, True)", "4,3,2", "3", "3"),
    sample("F.batch_norm(a, b.detach(), c.detach(), None, None, False)", "4,3", "3", ">3"),
    sample("F.group_norm(a, 2, b, c)", "2,4,3", "4", "4"),
    sample("F.instance_norm(a)", "2,3,4,2"),
    sample("F.normalize(a)", "3,4"),
    sample("F.normalize(a, 1.0, 0)", "3,4"),
    sample("F.local_response_norm(a, 3)", "2,5,3"),
    sample("F.local_response_norm(a, 2, 0.5, 0.7, 2.0)", "1,4,2,2"),
    sample("F.instance_norm(a, b.detach(), c.detach(), d, e, use_input_stats=False)", "2,3,4", "3", ">3", "3", "3"),
    sample("F.instance_norm(a, None, None, b, c)", "2,3,4", "3", "3"),
    sample("F.batch_norm(a, None, None, training=True)", "0,3,2"),
]
