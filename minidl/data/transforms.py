"""Transforms: data brought into the form that a network learns best from.

A transform that has something to learn (a mean, a list of categories) is fitted on the training data
alone: ``transform.fit(train)``, and then called on anything. Where it can be undone, it has an ``inverse``.
"""

import numpy as np

from minidl.engine.generator import seeded
from minidl.engine.tensor import Tensor
from minidl.errors import MinidlError, OutOfRangeError, ShapeError
from minidl.nn.utils import pad_sequence
from minidl.ops.indexing import one_hot
from minidl.ops.padding import pad


class Transform:
    """The base class of all transforms: called on a tensor, it gives another."""

    fitted: tuple[str, ...] = ()  # the attributes that `fit` sets

    def fit(self, x):
        """Learn from the training data; returns the transform. Most have nothing to learn."""
        return self

    def fit_transform(self, x):
        """`fit`, and then the transform of the same data."""
        return self.fit(x)(x)

    def _check(self):
        if not all(hasattr(self, name) for name in self.fitted):
            raise MinidlError(f"{type(self).__name__} must be fitted first, on the training data: transform.fit(train)")


class Compose(Transform):
    """Transforms one after the other; each is fitted on what the ones before it give."""

    def __init__(self, *transforms):
        self.transforms = transforms

    def fit(self, x):
        """Fit all, in order."""
        for transform in self.transforms:
            x = transform.fit_transform(x)
        return self

    def __call__(self, x):
        """The transformed data."""
        for transform in self.transforms:
            x = transform(x)
        return x

    def inverse(self, x):
        """Undo all, the last first."""
        for transform in reversed(self.transforms):
            x = transform.inverse(x)
        return x


class _Scale(Transform):
    """The base class of transforms that subtract an `origin` and divide by a `unit`, which they learn for each column."""

    def __init__(self, dim=0):
        self.dim = dim

    def __call__(self, x):
        """The transformed data."""
        self._check()
        origin, unit = (getattr(self, name) for name in self.fitted)
        return (x - origin) / unit

    def inverse(self, x):
        """Back to the original units."""
        self._check()
        origin, unit = (getattr(self, name) for name in self.fitted)
        return x * unit + origin


def _or_one(unit):
    """A unit to divide by; 1 where it is 0, so that a column that never changes becomes 0."""
    return Tensor.wrap(np.where(unit.array > 0, unit.array, 1).astype(unit.dtype))


class Standardize(_Scale):
    """Every column to mean 0 and standard deviation 1; a column that never changes becomes 0.

    Parameters
    ----------
    dim : int or tuple of int
        What is averaged over: 0 for the columns of a table, (0, 2, 3) for the channels of images.

    Examples
    --------
    >>> import minidl as md
    >>> scale = Standardize().fit(md.tensor([[1.0, 10.0], [3.0, 10.0]]))
    >>> scale(md.tensor([[2.0, 10.0], [5.0, 10.0]]))
    tensor([[0., 0.],
            [3., 0.]])
    """

    fitted = ("mean", "std")

    def fit(self, x):
        """Learn mean and standard deviation."""
        self.mean = x.mean(self.dim, keepdim=True).detach()
        self.std = _or_one(x.std(self.dim, keepdim=True, correction=0))
        return self


class Normalize(_Scale):
    """Every column to the range from 0 to 1 (that of the training data)."""

    fitted = ("low", "span")

    def fit(self, x):
        """Learn the smallest and the largest value."""
        self.low = x.amin(self.dim, keepdim=True).detach()
        self.span = _or_one(x.amax(self.dim, keepdim=True) - self.low)
        return self


class OneHot(Transform):
    """Categories (text or numbers) to rows with a single one.

    Examples
    --------
    >>> encode = OneHot().fit(["red", "blue", "red"])
    >>> encode.categories
    ['blue', 'red']
    >>> encode(["red"])
    tensor([[0, 1]])
    """

    fitted = ("categories",)

    def fit(self, values):
        """Learn which categories there are."""
        self.categories = sorted(set(values.tolist() if hasattr(values, "tolist") else values))
        return self

    def __call__(self, values):
        """The transformed data."""
        self._check()
        place = {category: i for i, category in enumerate(self.categories)}
        values = values.tolist() if hasattr(values, "tolist") else list(values)
        unknown = next((v for v in values if v not in place), None)
        if unknown is not None:
            raise OutOfRangeError(f"category {unknown!r} was not among the training data, which had {self.categories}")
        return one_hot(Tensor([place[v] for v in values], dtype="int64"), len(self.categories))

    def inverse(self, rows):
        """The categories back."""
        self._check()
        return [self.categories[i] for i in rows.argmax(1).tolist()]


class PadSequences(Transform):
    """Sequences of different lengths to one batch, and a mask that says what is real.

    Examples
    --------
    >>> import minidl as md
    >>> batch, mask = PadSequences()([md.tensor([5, 6, 7]), md.tensor([8])])
    >>> batch
    tensor([[5, 6, 7],
            [8, 0, 0]])
    >>> mask
    tensor([[ True,  True,  True],
            [ True, False, False]])
    """

    def __init__(self, value=0):
        self.value = value

    def __call__(self, sequences):
        """The transformed data."""
        batch = pad_sequence(sequences, batch_first=True, padding_value=self.value)
        lengths = np.array([len(s) for s in sequences])
        return batch, Tensor.wrap(np.arange(batch.shape[1]) < lengths[:, None])

    def inverse(self, padded):
        """The sequences back, from (batch, mask)."""
        batch, mask = padded
        return [row[: int(n)] for row, n in zip(batch, mask.array.sum(1), strict=True)]


class Noise(Transform):
    """Normal noise added to everything."""

    def __init__(self, std=0.1, generator=None):
        self.std, self.generator = std, generator

    def __call__(self, x):
        """The transformed data."""
        draws = seeded(self.generator).normal(x.numel(), np.float32).reshape(x.shape)
        return x + Tensor.wrap((self.std * draws).astype(x.dtype))


def _images(x, name):
    if x.ndim < 3:
        raise ShapeError(f"{name} works on images of shape (N, C, H, W) or (N, H, W), and got {x.shape}")
    return x


class RandomFlip(Transform):
    """Images mirrored from left to right, each with probability p."""

    def __init__(self, p=0.5, generator=None):
        self.p, self.generator = p, generator

    def __call__(self, x):
        """The transformed data."""
        turned = seeded(self.generator).bernoulli(self.p, len(_images(x, "RandomFlip")))
        values = x.array.copy()
        values[turned] = values[turned][..., ::-1]
        return Tensor.wrap(values)


class RandomShift(Transform):
    """Images moved by up to `most` pixels in each direction; what comes in at the edge is 0."""

    def __init__(self, most=2, generator=None):
        self.most, self.generator = most, generator

    def __call__(self, x):
        """The transformed data."""
        n, m = len(_images(x, "RandomShift")), self.most
        wide = pad(x, (m, m, m, m)).array
        moves = seeded(self.generator).integers(0, 2 * m + 1, 2 * n).reshape(n, 2)
        H, W = x.shape[-2:]
        return Tensor.wrap(np.stack([wide[i, ..., r : r + H, c : c + W] for i, (r, c) in enumerate(moves.tolist())]))


class RandomCrop(Transform):
    """A part of each image, cut out at random."""

    def __init__(self, size, generator=None):
        self.size, self.generator = (size, size) if isinstance(size, int) else tuple(size), generator

    def __call__(self, x):
        """The transformed data."""
        (h, w), (H, W) = self.size, _images(x, "RandomCrop").shape[-2:]
        if h > H or w > W:
            raise ShapeError(f"a part of {self.size} cannot be cut out of images of {(H, W)}")
        stream = seeded(self.generator)
        rows, columns = (stream.integers(0, n + 1, len(x)).tolist() for n in (H - h, W - w))
        return Tensor.wrap(
            np.stack([x.array[i, ..., r : r + h, c : c + w] for i, (r, c) in enumerate(zip(rows, columns, strict=True))])
        )
