"""Complex numbers, as pairs of tensors: a `Spectrum` holds their real and their imaginary parts.

A tensor holds real numbers alone, so that every operation has one rule and every picture one colour scale. What is
needed of complex numbers (spectra, turning by an angle) is arithmetic on the two parts, and their gradients are those of
the parts: real ones.
"""

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops import elementwise
from minidl.ops.elementwise import atan2, cos, hypot, sin, where
from minidl.ops.joining import broadcast_tensors
from minidl.ops.shape import stack


def _of_both_parts(name, doc):
    def method(self, *args, **kwargs):
        return Spectrum(getattr(self.real, name)(*args, **kwargs), getattr(self.imag, name)(*args, **kwargs))

    method.__name__, method.__doc__ = name, doc
    return method


class Spectrum:
    """Complex numbers: tensors of their real and imaginary parts, computed with as one.

    Attributes
    ----------
    real, imag : Tensor

    Examples
    --------
    >>> import minidl as md
    >>> md.fft.rfft(md.tensor([1.0, 0.0, -1.0, 0.0])).abs()
    tensor([0., 2., 0.])
    """

    __slots__ = ("imag", "real")

    def __init__(self, real, imag):
        self.real, self.imag = real, imag

    shape = property(lambda self: self.real.shape, doc="Sizes of the dimensions.")
    ndim = property(lambda self: self.real.ndim, doc="How many dimensions there are.")
    dtype = property(lambda self: np.result_type(self.real.dtype, np.complex64), doc="The dtype of `numpy()`.")
    requires_grad = property(
        lambda self: self.real.requires_grad or self.imag.requires_grad, doc="Whether gradients flow to it."
    )
    T = property(lambda self: Spectrum(self.real.T, self.imag.T), doc="All dimensions reversed; not conjugated.")

    def abs(self):
        """The lengths of the numbers (amplitudes)."""
        real, nothing = self._without_zeros()
        return hypot(real, self.imag) * ~nothing

    __abs__ = abs

    def _without_zeros(self):
        """The real parts, with 1 for each number that is 0, whose length and angle have no slope; and which these are."""
        nothing = (self.real == 0) & (self.imag == 0)
        return where(nothing, 1.0, self.real), nothing

    def angle(self):
        """The angles of the numbers (phases), in radians."""
        real, nothing = self._without_zeros()
        return atan2(self.imag, real) * ~nothing

    def conj(self):
        """The complex conjugates."""
        return Spectrum(self.real, -self.imag)

    def numpy(self):
        """The numbers as a complex array."""
        return self.real.numpy() + 1j * self.imag.numpy()

    def is_complex(self):
        """Whether these are complex numbers: yes."""
        return True

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        return self.real.size(dim)

    def numel(self):
        """How many numbers there are."""
        return self.real.numel()

    def exp(self):
        """The exponentials: lengths from the real parts, angles from the imaginary ones."""
        return polar(self.real.exp(), self.imag)

    detach = _of_both_parts("detach", "The same numbers outside the graph.")
    clone = _of_both_parts("clone", "A copy.")
    reshape = _of_both_parts("reshape", "The same numbers in another shape.")
    view = _of_both_parts("view", "The same numbers in another shape.")
    flatten = _of_both_parts("flatten", "Dimensions joined into one.")
    unsqueeze = _of_both_parts("unsqueeze", "With a new dimension of size 1.")
    squeeze = _of_both_parts("squeeze", "Without dimensions of size 1.")
    transpose = _of_both_parts("transpose", "Two dimensions exchanged.")
    permute = _of_both_parts("permute", "The dimensions in another order.")
    expand = _of_both_parts("expand", "Repeated along dimensions of size 1.")
    sum = _of_both_parts("sum", "The sum.")
    mean = _of_both_parts("mean", "The mean.")

    def __len__(self):
        return len(self.real)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index):
        return Spectrum(self.real[index], self.imag[index])

    def __neg__(self):
        return Spectrum(-self.real, -self.imag)

    def __add__(self, other):
        a, b = _parts(other)
        return Spectrum(self.real + a, self.imag + b)

    def __sub__(self, other):
        a, b = _parts(other)
        return Spectrum(self.real - a, self.imag - b)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        if not isinstance(other, Spectrum | complex):
            return Spectrum(self.real * other, self.imag * other)
        a, b = _parts(other)
        return Spectrum(self.real * a - self.imag * b, self.real * b + self.imag * a)

    def __truediv__(self, other):
        if not isinstance(other, Spectrum | complex):
            return Spectrum(self.real / other, self.imag / other)
        a, b = _parts(other)
        return (self * Spectrum(a, -b)) / (a * a + b * b)

    def __rtruediv__(self, other):
        return (self.conj() / (self.real * self.real + self.imag * self.imag)) * other

    def __matmul__(self, other):
        a, b = _parts(other) if isinstance(other, Spectrum) else (other, None)
        if b is None:
            return Spectrum(self.real @ a, self.imag @ a)
        return Spectrum(self.real @ a - self.imag @ b, self.real @ b + self.imag @ a)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self):
        return f"Spectrum(\nreal={self.real!r},\nimag={self.imag!r})"


def _parts(number):
    if isinstance(number, Spectrum | complex):
        return number.real, number.imag
    return number, 0.0


Spectrum.mT = property(  # type: ignore[attr-defined]
    lambda self: Spectrum(self.real.mT, self.imag.mT), doc="The last two dimensions exchanged."
)

# ---------------------------------------------------------------- from real tensors and back


@any_spelling
def complex_(real, imag):
    """Complex numbers of their real and imaginary parts.

    >>> import minidl as md
    >>> z = md.complex(md.tensor([3.0]), md.tensor([4.0]))
    >>> abs(z), (z * z).real
    (tensor([5.]), tensor([-7.]))
    """
    for part in (real, imag):
        if not isinstance(part, Tensor) or part.dtype.kind != "f" or part.dtype != real.dtype:
            raise DtypeError("complex takes the real and the imaginary parts as two floating tensors of one dtype")
    return Spectrum(*broadcast_tensors(real, imag))


@any_spelling
def polar(abs, angle):
    """Complex numbers of their lengths and angles (in radians).

    >>> import minidl as md
    >>> polar(md.tensor([2.0]), md.tensor([0.0])).real
    tensor([2.])
    """
    return complex_(abs * cos(angle), abs * sin(angle))


@any_spelling
def view_as_complex(x):
    """Complex numbers of a tensor whose last dimension holds the real and the imaginary part."""
    if x.ndim == 0 or x.shape[-1] != 2 or x.dtype.kind != "f":
        raise ShapeError(
            f"view_as_complex takes floats whose last dimension, of size 2, holds the two parts; got {x.dtype} of {x.shape}"
        )
    return Spectrum(x[..., 0], x[..., 1])


@any_spelling
def view_as_real(x):
    """Both parts of complex numbers as one tensor: they become the last dimension, of size 2."""
    if not isinstance(x, Spectrum):
        raise DtypeError("view_as_real takes complex numbers, and a tensor is real as it is")
    return stack([x.real, x.imag], -1)


@any_spelling
def abs(x):
    """The size of each number without its sign; of complex numbers, their lengths."""
    return x.abs() if isinstance(x, Spectrum) else elementwise.abs(x)


@any_spelling
def angle(x):
    """The angles of complex numbers; of real ones, 0 or (of negative ones) pi."""
    if isinstance(x, Spectrum):
        return x.angle()
    values = np.where(np.isnan(x.array), np.nan, np.where(x.array < 0, np.pi, 0))
    return x.nan_to_num() * 0 + Tensor.wrap(values.astype(x.dtype if x.dtype.kind == "f" else np.float32))


@any_spelling
def conj(x):
    """The complex conjugates; real numbers are their own."""
    return x.conj() if isinstance(x, Spectrum) else x


@any_spelling
def real(x):
    """The real parts; of real numbers, themselves."""
    return x.real


@any_spelling
def imag(x):
    """The imaginary parts of complex numbers."""
    if not isinstance(x, Spectrum):
        raise DtypeError("imag takes complex numbers, and a tensor is real: its imaginary part would be 0 everywhere")
    return x.imag


@any_spelling
def is_complex(x):
    """Whether these are complex numbers: tensors are real, a `Spectrum` is not."""
    return isinstance(x, Spectrum)
