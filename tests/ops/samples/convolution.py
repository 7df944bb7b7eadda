"""Samples of the operations in `minidl.ops.convolution`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.conv1d(a, b, c)", "2,3,7", "2,3,3", "2"),
    sample("F.conv1d(a, b, stride=2, padding=1)", "2,2,7", "2,2,3"),
    sample("F.conv2d(a, b, c)", "2,3,5,4", "2,3,3,2", "2"),
    sample("F.conv2d(a, b, stride=2, padding=1)", "1,2,6,5", "3,2,3,3"),
    sample("F.conv2d(a, b, dilation=2, padding=(2, 1))", "1,2,5,5", "2,2,2,2"),
    sample("F.conv2d(a, b, groups=2)", "2,4,4,4", "4,2,3,3"),
    sample("F.conv2d(a, b, padding='same')", "1,2,4,5", "2,2,3,2"),
    sample("F.conv2d(a, b)", "2,4,4", "3,2,2,2"),
    sample("F.conv_transpose2d(a, b, c)", "2,3,4,3", "3,2,3,2", "2"),
    sample("F.conv_transpose2d(a, b, stride=2, padding=1, output_padding=1)", "1,2,3,4", "2,3,3,3"),
    sample("F.conv_transpose2d(a, b, groups=2, dilation=2)", "1,4,3,3", "4,1,2,2"),
    sample("F.conv3d(a, b, c)", "2,2,3,4,3", "3,2,2,2,2", "3"),
    sample("F.conv3d(a, b, stride=2, padding=(1, 0, 1), dilation=(1, 2, 1), groups=2)", "1,4,4,5,4", "2,2,3,2,2"),
    sample("F.conv3d(a, b, padding='same')", "2,3,4,3", "2,2,2,3,2"),
    sample("F.conv_transpose1d(a, b, c, stride=2, padding=1, output_padding=1)", "2,3,4", "3,2,3", "2"),
    sample("F.conv_transpose1d(a, b, groups=2, dilation=2)", "4,3", "4,1,2"),
    sample("F.conv_transpose3d(a, b, c, stride=2, padding=1, output_padding=1)", "1,2,2,3,2", "2,3,3,2,3", "3"),
    sample("F.conv_transpose3d(a, b, groups=2, dilation=2)", "2,2,2,2", "2,1,2,2,1"),
    sample("F.conv1d(a, b, padding='same', dilation=3)", "2,2,7", "3,2,2"),
]
