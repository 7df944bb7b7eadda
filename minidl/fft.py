"""Fourier transforms, by PyTorch's names (`torch.fft`)."""

from minidl.ops.fourier import (
    Spectrum,
    fft,
    fft2,
    fftfreq,
    fftn,
    fftshift,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    irfft,
    irfft2,
    rfft,
    rfft2,
    rfftfreq,
)  # fmt: skip

__all__ = [
    "Spectrum", "fft", "fft2", "fftfreq", "fftn", "fftshift", "ifft", "ifft2", "ifftn", "ifftshift", "irfft", "irfft2",
    "rfft", "rfft2", "rfftfreq",
]  # fmt: skip
