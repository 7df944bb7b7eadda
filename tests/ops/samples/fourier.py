"""Samples of the operations in `minidl.ops.fourier`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    *[
        sample(f"T.fft.{name}(a).{part}", "2,6")
        for name in "fft ifft rfft fft2 ifft2 rfft2 fftn".split()
        for part in ("real", "imag")
    ],
    *[
        sample(f"T.fft.fft(a, n={n}, dim=0, norm='{norm}').real", "5,2")
        for n, norm in ((4, "ortho"), (7, "forward"), (5, "backward"))
    ],
    *[sample(f"T.fft.ifft(a, norm='{norm}').imag", "5") for norm in "ortho forward".split()],
    sample("T.fft.rfft(a).abs()", "2,5"),
    sample("T.fft.rfft(a).angle()", "2,5"),
    sample("T.fft.irfft(T.fft.rfft(a))", "2,6"),
    sample("T.fft.irfft(T.fft.rfft(a), n=5)", "2,5"),
    sample("T.fft.irfft(T.fft.rfft(a) * T.fft.rfft(b), 6)", "6", "2,6"),
    sample("T.fft.irfft(T.fft.rfft(a) / T.fft.rfft(b) - T.fft.rfft(a), norm='ortho')", "6", "6"),
    sample("T.fft.irfft2(T.fft.rfft2(a).conj())", "4,6"),
    sample("T.fft.fft(T.fft.fft(a, dim=-1), dim=-2).real", "2,3,4"),
    sample("T.fft.ifft(T.fft.fft(a) + 2 * T.fft.fft(b)).real", "6", "6"),
    sample("T.fft.fftshift(a)", "3,4"),
    sample("T.fft.ifftshift(a, dim=1)", "3,5"),
    sample("T.fft.fftshift(T.fft.fft2(a)).imag", "3,4"),
    sample("a + T.fft.fftfreq(6, 0.5)", "6"),
    sample("a + T.fft.rfftfreq(5)", "3"),
    *[
        sample(f"T.fft.hfft(T.view_as_complex(a), n={n}, norm={norm!r})", "3,5,2")
        for n, norm in ((None, None), (7, "ortho"), (8, "forward"))
    ],
    *[
        sample(f"T.fft.ihfft(a, n={n}, norm={norm!r}).imag", "3,6")
        for n, norm in ((None, None), (7, "ortho"), (4, "forward"))
    ],
    sample("T.fft.rfftn(a).imag", "3,4,5"),
    sample("T.fft.rfftn(a, s=(3, 6)).real", "2,4,5"),
    sample("T.fft.irfftn(T.view_as_complex(a), norm='ortho')", "3,4,5,2"),
    sample("T.fft.irfftn(T.view_as_complex(a), s=(3, 6), dim=(0, 2))", "3,4,5,2"),
]
