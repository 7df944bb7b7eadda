"""Samples of the operations in `minidl.ops.spectrogram`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.view_as_real(T.stft(a, 16, 4, window=T.hann_window(16, dtype=T.float64), return_complex=True))", "2,50"),
    sample("T.stft(a, 16, return_complex=True).abs()", "50"),
    sample("T.stft(a, 15, 6, center=False, return_complex=False)", "2,50"),
    sample(
        "T.view_as_real(T.stft(a, n_fft=16, hop_length=5, win_length=10, window=b, pad_mode='constant', normalized=True, "
        "onesided=False, return_complex=True))",
        "50",
        ">10",
    ),
    sample("T.istft(T.view_as_complex(a), 16, 4, window=T.hann_window(16, dtype=T.float64))", "2,9,13,2"),
    sample("T.istft(T.view_as_complex(a), 16, 4, 12, b, length=44)", "9,13,2", ">12"),
    sample("T.istft(T.view_as_complex(a), 16, 4, length=40, normalized=True)", "9,13,2"),
    sample("T.istft(T.view_as_complex(a), 16, 8, center=False, onesided=False)", "16,3,2"),
    sample("T.istft(T.stft(a, 16, 4, return_complex=True), 16, 4)", "2,52"),
]
