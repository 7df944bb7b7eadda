r"""The discrete Fourier transform and its kin.

A spectrum is made of complex numbers: a `Spectrum`, the pair of its real and its imaginary part. Each part is an
operation of its own, a linear one, so that gradients of any order flow.
"""

import math

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.complex_numbers import Spectrum
from minidl.ops.reduction import axes_of, axis_of
from minidl.ops.shape import roll

NORMS = (None, "backward", "forward", "ortho")


# ---------------------------------------------------------------- the two real operations behind all


@array_function
def _cosines_and_sines(x, axis, n):
    """The sums of x with cosines and with minus sines, over one dimension: real parts, then imaginary parts, in front."""
    y = np.fft.fft(x, n, axis)
    return np.stack([y.real, y.imag]).astype(x.dtype)


@operation(
    name="fft",
    formula=r"y_k = \sum_j x_j e^{-2 \pi i j k / n}",
    gradient=r"\bar x_j = \operatorname{Re} \sum_k \bar y_k e^{-2 \pi i j k / n}",
    array=_cosines_and_sines,
    linear=True,
)
def _transform(x, axis, n):
    """The matrices of cosines and sines are symmetric, so that the gradient is a transform as well."""

    def pull(g):
        return _cosines_and_sines(g[0], axis=axis, n=n)[0] + _cosines_and_sines(g[1], axis=axis, n=n)[1]

    return _cosines_and_sines(x, axis=axis, n=n), pull


def _fit(x, axis, n):
    """A dimension cut, or filled up with zeros, to the size n."""
    if n is None or n == x.shape[axis]:
        return x
    if n < x.shape[axis]:
        return x.narrow(axis, 0, n)
    whole = Tensor.wrap(np.zeros((*x.shape[:axis], n, *x.shape[axis + 1 :]), x.dtype))
    return whole.slice_scatter(x, axis, 0, x.shape[axis])


def _scale(n, norm, inverse):
    """What a transform is multiplied with."""
    if norm not in NORMS:
        raise ValueError(f'norm is "backward", "forward" or "ortho", not {norm!r}')
    if norm == "ortho":
        return 1 / math.sqrt(n)
    return 1 / n if (norm == "forward") != inverse else 1.0


def _one_dimension(x, n, dim, norm, inverse):
    x = x if isinstance(x, Spectrum) else Spectrum(_real(x), None)
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis] if n is None else n
    if n < 1:
        raise ShapeError(f"a transform needs at least one number, and dim {dim} would have {n}")
    turned = _transform(_fit(x.real, axis, n), axis=axis, n=n)
    real, imag = turned[0], turned[1]
    if x.imag is not None:
        turned = _transform(_fit(x.imag, axis, n), axis=axis, n=n)
        real, imag = (real + turned[1], imag - turned[0]) if inverse else (real - turned[1], imag + turned[0])
    if inverse:  # the conjugate's transform, conjugated
        imag = -imag
    scale = _scale(n, norm, inverse)
    return Spectrum(real, imag) if scale == 1 else Spectrum(real * scale, imag * scale)


def _real(x):
    if not isinstance(x, Tensor):
        raise TypeError(f"a Fourier transform takes a Tensor or a Spectrum, not a {type(x).__name__}")
    return x if x.dtype.kind == "f" else x.float()


@any_spelling
def fft(x, n=None, dim=-1, norm=None):
    """The Fourier transform along `dim`: a `Spectrum`.

    Parameters
    ----------
    x : Tensor or Spectrum
    n : int, optional
        Cut, or fill up with zeros, to this length first.
    norm : {"backward", "forward", "ortho"}, optional
        Divide by nothing (and the inverse by n), by n, or both by its root.
    """
    return _one_dimension(x, n, dim, norm, inverse=False)


@any_spelling
def ifft(x, n=None, dim=-1, norm=None):
    """The inverse of `fft`: a `Spectrum`, whose imaginary part is 0 (but for rounding) if it came from real numbers."""
    return _one_dimension(x, n, dim, norm, inverse=True)


@any_spelling
def rfft(x, n=None, dim=-1, norm=None):
    """The first half of the Fourier transform of real numbers; the other half mirrors it."""
    if isinstance(x, Spectrum):
        raise DtypeError("rfft transforms real numbers. Did you mean fft ?")
    y = fft(x, n, dim, norm)
    axis = axis_of(dim, x.ndim)
    half = y.shape[axis] // 2 + 1
    return Spectrum(y.real.narrow(axis, 0, half), y.imag.narrow(axis, 0, half))


@any_spelling
def irfft(x, n=None, dim=-1, norm=None):
    """The inverse of `rfft`: real numbers, `n` of them (an even number unless said otherwise)."""
    x = x if isinstance(x, Spectrum) else Spectrum(x, x * 0)
    axis = axis_of(dim, x.ndim)
    n = 2 * (x.shape[axis] - 1) if n is None else n
    half = n // 2 + 1
    real, imag = _fit(x.real, axis, half), _fit(x.imag, axis, half)
    weights = np.full(half, 2.0)  # what the mirrored half would add
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    doubled = Tensor.wrap(weights.astype(real.dtype).reshape([half if i == axis else 1 for i in range(x.ndim)]))
    full = _one_dimension(Spectrum(real * doubled, imag * doubled), n, axis, norm, inverse=True)
    return full.real


@any_spelling
def hfft(x, n=None, dim=-1, norm=None):
    """The real transform of numbers of which the first half is given, and whose other half is its mirrored conjugate."""
    n = 2 * (x.shape[axis_of(dim, x.ndim)] - 1) if n is None else n
    return irfft(x.conj() if isinstance(x, Spectrum) else x, n, dim, _opposite(norm))


@any_spelling
def ihfft(x, n=None, dim=-1, norm=None):
    """The inverse of `hfft`: the first half of a `Spectrum`."""
    return rfft(x, n, dim, _opposite(norm)).conj()


def _opposite(norm):
    """What divides the inverse as `norm` divides the transform."""
    return {None: "forward", "backward": "forward", "forward": "backward"}.get(norm, norm)


def _over_several(one, x, s, dim, norm):
    dims = list(range(x.ndim)) if dim is None and s is None else dim
    dims = list(range(x.ndim - len(s), x.ndim)) if dims is None else list(axes_of(dims, x.ndim))
    sizes = [None] * len(dims) if s is None else [None if n in (-1, None) else n for n in s]
    for axis, n in zip(reversed(dims), reversed(sizes), strict=True):
        x = one(x, n, axis, norm)
    return x


@any_spelling
def fftn(x, s=None, dim=None, norm=None):
    """The Fourier transform along several dimensions (all unless given), of the sizes `s`."""
    return _over_several(fft, x, s, dim, norm)


@any_spelling
def ifftn(x, s=None, dim=None, norm=None):
    """The inverse of `fftn`."""
    return _over_several(ifft, x, s, dim, norm)


@any_spelling
def fft2(x, s=None, dim=(-2, -1), norm=None):
    """The Fourier transform of images."""
    return fftn(x, s, dim, norm)


@any_spelling
def ifft2(x, s=None, dim=(-2, -1), norm=None):
    """The inverse of `fft2`."""
    return ifftn(x, s, dim, norm)


def _half_over_several(x, s, dim):
    """The dimensions and sizes that the transforms of real numbers take: the last one on its own, then the others."""
    dims = list(range(x.ndim)) if dim is None and s is None else dim
    dims = list(range(x.ndim - len(s), x.ndim)) if dims is None else list(axes_of(dims, x.ndim))
    sizes = [None] * len(dims) if s is None else [None if n == -1 else n for n in s]
    return (dims[-1], sizes[-1]), dims[:-1], None if s is None else sizes[:-1]


@any_spelling
def rfftn(x, s=None, dim=None, norm=None):
    """The half of the Fourier transform along several dimensions that the other half mirrors."""
    (last, n), dims, sizes = _half_over_several(x, s, dim)
    return _over_several(fft, rfft(x, n, last, norm), sizes, dims, norm)


@any_spelling
def irfftn(x, s=None, dim=None, norm=None):
    """The inverse of `rfftn`: real numbers."""
    (last, n), dims, sizes = _half_over_several(x, s, dim)
    return irfft(_over_several(ifft, x, sizes, dims, norm), n, last, norm)


@any_spelling
def rfft2(x, s=None, dim=(-2, -1), norm=None):
    """The half of the Fourier transform of images that the other half mirrors."""
    return rfftn(x, s, dim, norm)


@any_spelling
def irfft2(x, s=None, dim=(-2, -1), norm=None):
    """The inverse of `rfft2`: real images."""
    return irfftn(x, s, dim, norm)


@any_spelling
def fftfreq(n, d=1.0, *, dtype=None, device=None, requires_grad=False):
    """The frequencies that the results of `fft` belong to, for samples at distances `d`."""
    return _frequencies(np.fft.fftfreq(n, d), dtype, requires_grad)


@any_spelling
def rfftfreq(n, d=1.0, *, dtype=None, device=None, requires_grad=False):
    """The frequencies that the results of `rfft` belong to, for samples at distances `d`."""
    return _frequencies(np.fft.rfftfreq(n, d), dtype, requires_grad)


def _frequencies(array, dtype, requires_grad):
    tensor = Tensor.wrap(array.astype(dtype or np.float32))
    return tensor.requires_grad_() if requires_grad else tensor


def _shifted(x, dim, by):
    axes = axes_of(dim, x.ndim)
    shifts = [by(x.shape[a]) for a in axes]
    if isinstance(x, Spectrum):
        return Spectrum(roll(x.real, shifts, axes), roll(x.imag, shifts, axes))
    return roll(x, shifts, axes)


@any_spelling
def fftshift(x, dim=None):
    """The results of a transform with the frequency 0 in the middle."""
    return _shifted(x, dim, lambda n: n // 2)


@any_spelling
def ifftshift(x, dim=None):
    """The inverse of `fftshift`."""
    return _shifted(x, dim, lambda n: -(n // 2))
