"""Samples of the operations in `minidl.ops.resizing`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.interpolate(a, scale_factor=2)", "1,2,3,2"),
    sample("F.interpolate(a, size=(5, 3))", "1,2,3,4"),
    sample("F.interpolate(a, size=(5, 7), mode='bilinear')", "1,2,3,4"),
    sample("F.interpolate(a, scale_factor=2, mode='bilinear', align_corners=True)", "1,1,3,4"),
    sample("F.pixel_shuffle(a, 2)", "2,8,2,3"),
    sample("F.unfold(a, 2)", "1,2,3,4"),
    sample("F.unfold(a, (2, 3), padding=1, stride=2)", "2,2,4,5"),
    sample("F.unfold(a, 2)", "0,2,3,4"),
    sample("F.fold(a, (4, 5), 2, stride=1)", "2,8,12"),
    sample("F.fold(a, (5, 4), (2, 3), padding=1, stride=2)", "2,12,6"),
    sample("F.fold(a, (3, 3), 2)", "8,4"),
    sample("F.interpolate(a, size=5, mode='linear')", "1,2,3"),
    sample("F.interpolate(a, size=(5, 7), mode='bicubic')", "1,2,3,4"),
    sample("F.interpolate(a, scale_factor=0.6, mode='bicubic', align_corners=True)", "1,1,5,6"),
    sample("F.interpolate(a, scale_factor=1.5, mode='trilinear')", "1,1,2,3,2"),
    sample("F.interpolate(a, scale_factor=1.7, mode='nearest-exact')", "1,2,3,4"),
    sample("F.interpolate(a, size=(2, 3), mode='area')", "1,2,5,4"),
    sample("F.interpolate(a, scale_factor=1.7, mode='bilinear', recompute_scale_factor=True)", "1,1,3,4"),
    sample("F.interpolate(a, size=(3, 5), mode='bilinear', antialias=True)", "1,2,7,4"),
    sample("F.interpolate(a, size=(2, 3), mode='bilinear', antialias=True, align_corners=True)", "1,1,7,8"),
    sample("F.interpolate(a, scale_factor=0.4, mode='bicubic', antialias=True)", "2,1,6,8"),
    sample("F.interpolate(a, size=(9, 3), mode='bicubic', antialias=True, align_corners=True)", "1,1,5,7"),
    sample("F.interpolate(a, size=(4, 4))", "=[[[[1.0, inf], [nan, 2.0]]]]", corner=True),
    sample("F.pixel_unshuffle(a, 2)", "2,2,4,6"),
    sample("F.channel_shuffle(a, 2)", "1,4,2"),
]
