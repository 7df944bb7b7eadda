"""Ready-made parametrizations: weight normalisation, spectral normalisation, orthogonal weights."""

import numpy as np

from minidl.engine.generator import fill_normal
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.module import Module
from minidl.nn.utils.parametrize import register_parametrization
from minidl.ops.creation import eye
from minidl.ops.inverses import inv


def norm_except_dim(v, dim):
    """The length of each slice along `dim`, with the dimensions kept; that of the whole for -1 or None."""
    others = tuple(i for i in range(v.ndim) if dim in (-1, None) or i != dim % v.ndim)
    return (v * v).sum(others, keepdim=True).sqrt() if dim not in (-1, None) else (v * v).sum().sqrt()


class _WeightNorm(Module):
    """From a length and a direction to a weight (Salimans & Kingma 2016)."""

    def __init__(self, dim=0):
        super().__init__()
        self.dim = dim

    def forward(self, weight_g, weight_v):
        """g v / |v|."""
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight):
        """The length and the direction of a weight."""
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """Learn the length of each slice of a weight along `dim` apart from its direction (Salimans & Kingma 2016)."""
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    """A weight divided by its largest singular value, which power iteration estimates (Miyato et al. 2018)."""

    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        if n_power_iterations < 1:
            raise ValueError(f"n_power_iterations must be at least 1, and is {n_power_iterations}")
        self.dim, self.eps, self.n_power_iterations = dim % weight.ndim if weight.ndim > 1 else dim, eps, n_power_iterations
        if weight.ndim > 1:
            rows, columns = self._matrix(weight.detach()).shape
            for buffer, size in (("_u", rows), ("_v", columns)):
                vector = Tensor.wrap(fill_normal((size,), 0.0, 1.0, weight.dtype))
                self.register_buffer(buffer, _unit(vector, eps))
            self._iterate(self._matrix(weight.detach()), 15)

    def _matrix(self, weight):
        return weight.movedim(self.dim, 0).flatten(1)

    def _iterate(self, matrix, times):
        for _ in range(times):
            self._u.copy_(_unit(matrix @ self._v, self.eps))
            self._v.copy_(_unit(matrix.T @ self._u, self.eps))

    def forward(self, weight):
        """The weight, of which the largest singular value is now 1."""
        if weight.ndim == 1:
            return _unit(weight, self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next iteration changes them in place
        return weight / (u * (matrix @ v)).sum()

    def right_inverse(self, value):
        """The value itself."""
        return value


def _unit(vector, eps):
    return vector / (vector * vector).sum().sqrt().clamp_min(eps)


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Keep the largest singular value of a weight at 1 (Miyato et al. 2018).

    Parameters
    ----------
    n_power_iterations : int
        How many steps the estimate is improved by while training.
    eps : float
    dim : int, optional
        The dimension of the outputs: 1 for transposed convolutions, else 0.
    """
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return register_parametrization(module, name, _SpectralNorm(getattr(module, name), n_power_iterations, dim, eps))


class _Orthogonal(Module):
    """From any square matrix to one that keeps lengths and angles, by the Cayley map of its skew part."""

    def forward(self, weight):
        """(n, n) to an orthogonal matrix, or (m, n) to one with orthonormal columns or rows."""
        wide = weight.shape[-2] < weight.shape[-1]
        x = weight.mT if wide else weight
        n, k = x.shape[-2:]
        lower = x.tril(-1)
        if k < n:
            columns = Tensor.wrap(np.eye(k, n, dtype=x.dtype))
            lower = lower @ columns
        skew = lower - lower.mT
        identity = eye(n, dtype=x.dtype)
        q = inv(identity - skew * 0.5) @ (identity + skew * 0.5)
        q = q[..., :k]
        return q.mT if wide else q


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Keep a weight orthogonal: it keeps lengths and angles.

    Parameters
    ----------
    orthogonal_map : {"cayley"}, optional
        How an orthogonal matrix is made of any; minidl knows the Cayley map alone.
    use_trivialization : bool
        Accepted.
    """
    weight = getattr(module, name)
    if weight.ndim < 2:
        raise ShapeError(f"only a matrix can be orthogonal, not a weight of shape {weight.shape}")
    if orthogonal_map not in (None, "cayley"):
        raise ValueError(f'minidl makes orthogonal matrices by the "cayley" map, not by {orthogonal_map!r}')
    return register_parametrization(module, name, _Orthogonal())
