"""Samples of the operations in `minidl.ops.resizing`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.interpolate(a, scale_factor=2)", "1,2,3,2"),
    sample("F.interpolate(a, size=(5, 3))", "1,2,3,4"),
    sample("F.interpolate(a, size=(5, 7), mode='bilinear')", "1,2,3,4"),
    sample("F.interpolate(a, scale_factor=2, mode='bilinear', align_corners=True)", "1,1,3,4"),
    sample("F.pixel_shuffle(a, 2)", "2,8,2,3"),
]
