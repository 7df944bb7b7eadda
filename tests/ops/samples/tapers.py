"""Samples of the operations in `minidl.ops.tapers`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    *[
        sample(f"a + T.{name}_window(6, {periodic}, dtype=T.float64)", "6")
        for name in "hann hamming blackman bartlett kaiser".split()
        for periodic in (True, False)
    ],
    sample("a + T.hann_window(1, dtype=T.float64)", "1"),
    sample("a + T.hamming_window(5, False, 0.6, 0.4, dtype=T.float64)", "5"),
    sample("a + T.kaiser_window(5, True, beta=3.0, dtype=T.float64)", "5"),
]
