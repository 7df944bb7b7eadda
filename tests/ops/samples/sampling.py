"""Samples of the operations in `minidl.ops.sampling`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    *[
        sample(f"F.grid_sample(a, b * 1.4, padding_mode='{border}', align_corners={corners})", "2,3,4,5", "~2,3,2,2")
        for border in ("zeros", "border", "reflection")
        for corners in (True, False)
    ],
    *[
        sample(f"F.grid_sample(a, b * 1.4, 'bicubic', '{border}', align_corners=False)", "1,2,4,5", "~1,2,2,2")
        for border in ("zeros", "border", "reflection")
    ],
    sample("F.grid_sample(a, b.detach(), mode='nearest', align_corners=False)", "2,3,4,5", "~2,3,2,2"),
    sample("F.affine_grid(a, (2, 1, 3, 4), align_corners=False)", "2,2,3"),
    sample("F.affine_grid(a, (2, 1, 3, 4), align_corners=True)", "2,2,3"),
]
