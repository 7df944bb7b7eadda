"""Samples of the operations in `minidl.ops.distances`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.dist(a, b, 3)", "4", "4"),
    sample("T.cdist(a, b)", "2,3,4", "2,5,4"),
    sample("T.cdist(a, b, p=1.0)", "3,4", "5,4"),
    sample("T.pdist(a)", "4,3"),
    sample("T.dist(a, b)", "3,1", "4"),
    sample("T.cdist(a, b)", "30,3", "2,3"),
    sample("T.cdist(a, b, compute_mode='use_mm_for_euclid_dist')", "2,1,3,4", "3,5,4"),
    sample("T.cdist(a, b, compute_mode='donot_use_mm_for_euclid_dist')", "30,3", "2,3"),
    sample("T.cdist(a, b, p=3.0)", "1,3,4", "2,5,4"),
    sample("T.cdist(a, b, p=1.5)", "3,4", "5,4"),
    sample("T.cdist(a, b, p=float('inf'))", "3,4", "5,4"),
    sample("T.cdist(a.detach(), b, p=0.0).sum() + b.sum()", "0:3,4", "0:5,4"),
    sample("T.cdist(a, b, p=float('inf'))", "=[[1.0, -1.0]]", "=[[0.0, 0.0], [1.0, 1.0]]", corner=True),
    sample("T.cdist(a, a)", "=[[1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]", corner=True),
    sample("T.cdist(a, a, compute_mode='use_mm_for_euclid_dist')", "=[[1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]", corner=True),
    sample("T.cdist(a, b, p=3.0)", "=[[1.0, -1.0], [0.0, 2.0]]", "=[[1.0, -1.0], [1.0, 2.0]]", corner=True),
    sample("T.pdist(a, 1.0)", "4,3"),
    sample("T.pdist(a, 3.0)", "4,3"),
    sample("T.pdist(a, float('inf'))", "=[[1.0, -1.0], [0.0, 0.0], [0.0, 2.0]]", corner=True),
    sample("T.pdist(a)", "=[[1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]", corner=True),
]
