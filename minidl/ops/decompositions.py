r"""Factors of matrices: Cholesky, QR, eigenvalues, singular values, and what is built on them.

A decomposition has several results. Its operation gives them side by side in one tensor, and the public function takes
them apart: so its rule is one formula for the gradients of all of them (Giles 2008, Walter & Lehmann 2018).
"""

from collections import namedtuple

import numpy as np

from minidl.engine.calling import any_spelling
from minidl.engine.operation import array_function, operation
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, ShapeError
from minidl.ops.elementwise import where
from minidl.ops.inverses import SingularError, lapack, matrix, square
from minidl.ops.shape import cat, mT

QRResult = namedtuple("QRResult", ["Q", "R"])
SVDResult = namedtuple("SVDResult", ["U", "S", "Vh"])
EighResult = namedtuple("EighResult", ["eigenvalues", "eigenvectors"])
LstsqResult = namedtuple("LstsqResult", ["solution", "residuals", "rank", "singular_values"])


def _between(values, other):
    """The matrix of all differences ``other_j - values_i``, with ones on its diagonal."""
    n = values.shape[-1]
    return np.expand_dims(other, -2) - np.expand_dims(values, -1) + np.eye(n, dtype=values.dtype)


# ---------------------------------------------------------------- Cholesky


@operation(
    formula=r"L L^\top = X",
    gradient=r"\bar X = \tfrac12 (S + S^\top),\ S = L^{-\top} \Phi(L^\top \bar L) L^{-1}",
    numpy=np.linalg.cholesky,
    promote="float",
)
def _cholesky(x):
    lower = lapack("cholesky", np.linalg.cholesky, x)
    if not np.isfinite(lower).all():
        raise SingularError("cholesky: the matrix holds NaN or infinity, and has no such factor")

    def pull(g):
        half = np.tril(np.ones(x.shape[-2:])) - 0.5 * np.eye(x.shape[-1])
        inner = np.matmul(mT(lower), g) * half.astype(g.dtype)
        inverse = np.linalg.inv(lower)
        s = np.matmul(np.matmul(mT(inverse), inner), inverse)
        return 0.5 * (s + mT(s))

    return lower, pull


@any_spelling
def cholesky(x, upper=False):
    """The lower triangular L with ``L @ L.mT = x``, for a symmetric positive x; its transpose if `upper` (Murray 2016)."""
    square(x, "cholesky")
    return _cholesky(x).mT if upper else _cholesky(x)


# ---------------------------------------------------------------- QR


@array_function
def _qr_array(x):
    """Q over the transpose of R, in one array."""
    q, r = lapack("qr", np.linalg.qr, x)
    return np.concatenate([q, mT(r)], axis=-2)


@operation(
    name="qr",
    formula=r"Q R = X",
    gradient=r"\bar X = (\bar Q + Q\, \operatorname{sym}(M)) R^{-\top},\ M = R \bar R^\top - \bar Q^\top Q",
    array=_qr_array,
)
def _qr(x):
    y = _qr_array(x)
    q, r = y[..., : x.shape[-2], :], mT(y[..., x.shape[-2] :, :])
    lower = np.tril(np.ones((x.shape[-1],) * 2, x.dtype), -1)

    def pull(g):
        gq, gr = g[..., : x.shape[-2], :], mT(g[..., x.shape[-2] :, :])
        m = np.matmul(r, mT(gr)) - np.matmul(mT(gq), q)
        symmetric = m * (lower + np.eye(x.shape[-1], dtype=x.dtype)) + mT(m * lower)
        return mT(lapack("the gradient of qr", np.linalg.solve, r, mT(gq + np.matmul(q, symmetric))))

    return y, pull


@any_spelling
def qr(x, mode="reduced"):
    """An orthogonal and an upper triangular factor, ``Q @ R = x``: (Q, R).

    Parameters
    ----------
    mode : {"reduced", "complete", "r"}
        Q with as many columns as needed, with all of them (no gradient then, unless they are the same), or R alone.
    """
    matrix(x, "qr")
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f'qr: mode is "reduced", "complete" or "r", not {mode!r}')
    rows, columns = x.shape[-2:]
    if mode == "complete" and rows > columns:
        return QRResult(*(Tensor.wrap(part) for part in lapack("qr", np.linalg.qr, x.array, mode="complete")))
    if rows >= columns:
        packed = _qr(x)
        q, r = packed[..., :rows, :], packed[..., rows:, :].mT
    else:  # the first columns decide Q; the others are only turned by it
        packed = _qr(x[..., :rows])
        q = packed[..., :rows, :]
        r = cat([packed[..., rows:, :].mT, q.mT @ x[..., rows:]], -1)
    return QRResult(Tensor.wrap(np.zeros(0, x.dtype)) if mode == "r" else q, r)


@any_spelling
def simple_qr(x, some=True):
    """An orthogonal and an upper triangular factor, as `torch.qr` gives them: `some` is the mode "reduced"."""
    return qr(x, "reduced" if some else "complete")


# ---------------------------------------------------------------- eigenvalues


@array_function
def _eigh_array(x, lower):
    """The eigenvectors, and the eigenvalues as one more column."""
    values, vectors = lapack("eigh", np.linalg.eigh, x, finite=True, UPLO="L" if lower else "U")
    return np.concatenate([vectors, values[..., None]], axis=-1)


@operation(
    name="eigh",
    formula=r"X V = V \operatorname{diag} w",
    gradient=r"\bar X = V (\operatorname{diag} \bar w + (V^\top \bar V) / (w_j - w_i)) V^\top",
    array=_eigh_array,
)
def _eigh(x, lower):
    y = _eigh_array(x, lower)
    values, vectors = y[..., -1], y[..., :-1]
    identity = np.eye(x.shape[-1], dtype=x.dtype)

    def pull(g):
        turned = np.matmul(mT(vectors), g[..., :-1]) / _between(values, values)
        inner = turned * (1 - identity) + np.expand_dims(g[..., -1], -1) * identity
        return np.matmul(np.matmul(vectors, inner), mT(vectors))

    return y, pull


@operation(name="eigvalsh", formula=r"w = \lambda(X)", gradient=r"\bar X = V \operatorname{diag}(\bar w) V^\top")
def _eigvalsh(x, lower):
    y = _eigh_array(x, lower)
    values, vectors = y[..., -1], y[..., :-1]
    return values, lambda g: np.matmul(vectors * np.expand_dims(g, -2), mT(vectors))


@any_spelling
def eigh(x, UPLO="L"):
    """Eigenvalues, from the smallest on, and eigenvectors of a symmetric matrix, of which one triangle is read."""
    square(x, "eigh")
    packed = _eigh(x, lower=UPLO.upper() == "L")
    values = eigvalsh(x, UPLO) if x.requires_grad else packed[..., -1]  # equal ones have a gradient, their vectors none
    return EighResult(values, packed[..., :-1])


@any_spelling
def eigvalsh(x, UPLO="L"):
    """The eigenvalues of a symmetric matrix, from the smallest on; equal ones have a gradient, their vectors have none."""
    square(x, "eigvalsh")
    return _eigvalsh(x, lower=UPLO.upper() == "L")


@array_function
def _eig_array(x):
    values, vectors = lapack("eigvals", np.linalg.eig, x, finite=True)
    if np.iscomplexobj(values) and values.imag.any():
        raise DtypeError(
            "eigvals: this matrix turns vectors, so that its eigenvalues are complex numbers, which minidl does not have. "
            "Did you mean eigvalsh (for a symmetric matrix), svdvals, or np.linalg.eigvals(x.detach().numpy()) ?"
        )
    return np.concatenate([vectors.real, values.real[..., None]], axis=-1)


@operation(
    name="eig",
    formula=r"X V = V \operatorname{diag} w",
    gradient=r"\bar X = V^{-\top} (\operatorname{diag} \bar w + (V^\top \bar V - \dots) / (w_j - w_i)) V^\top",
    array=_eig_array,
)
def _eig(x):
    y = _eig_array(x)
    values, vectors = y[..., -1], y[..., :-1]
    identity = np.eye(x.shape[-1], dtype=x.dtype)

    def pull(g):
        inside = np.matmul(mT(vectors), g[..., :-1])
        along = np.expand_dims(np.sum(inside * identity, axis=-1), -2)  # a vector has length 1, and cannot grow
        turned = (inside - np.matmul(mT(vectors), vectors) * along) / _between(values, values)
        inner = turned * (1 - identity) + np.expand_dims(g[..., -1], -1) * identity
        return lapack("the gradient of eig", np.linalg.solve, mT(vectors), np.matmul(inner, mT(vectors)))

    return y, pull


@any_spelling
def eigvals(x):
    """The eigenvalues of a square matrix, if they are real numbers.

    Raises
    ------
    DtypeError
        When they are complex, which minidl's tensors are not. (PyTorch's are complex always.)
    """
    square(x, "eigvals")
    return _eig(x)[..., -1]


@any_spelling
def eig(x):
    """Eigenvalues and eigenvectors of a square matrix, if they are real numbers: (eigenvalues, eigenvectors)."""
    square(x, "eig")
    packed = _eig(x)
    return EighResult(packed[..., -1], packed[..., :-1])


# ---------------------------------------------------------------- singular values


@array_function
def _svd_array(x):
    """U, V and the singular values under one another, in one array."""
    u, s, vh = lapack("svd", np.linalg.svd, x, finite=True, full_matrices=False)
    return np.concatenate([u, mT(vh), s[..., None, :]], axis=-2)


@operation(
    name="svd",
    formula=r"U \operatorname{diag}(s) V^\top = X",
    gradient=r"\bar X = U (\operatorname{diag} \bar s + \dots) V^\top",
    array=_svd_array,
)
def _svd(x):
    y = _svd_array(x)
    rows, columns = x.shape[-2:]
    u, v, s = y[..., :rows, :], y[..., rows:-1, :], y[..., -1, :]
    identity = np.eye(s.shape[-1], dtype=x.dtype)
    across, along = np.expand_dims(s, -2), np.expand_dims(s, -1)

    def pull(g):
        gu, gv, gs = g[..., :rows, :], g[..., rows:-1, :], g[..., -1, :]
        turned_u, turned_v = np.matmul(mT(u), gu), np.matmul(mT(v), gv)
        between = _between(s * s, s * s)
        inner = (turned_u - mT(turned_u)) / between * across + along * (turned_v - mT(turned_v)) / between
        inside = np.matmul(np.matmul(u, inner + np.expand_dims(gs, -1) * identity), mT(v))
        if rows > columns:  # what U turns out of the space it spans
            inside = inside + np.matmul((gu - np.matmul(u, turned_u)) / across, mT(v))
        if columns > rows:
            inside = inside + np.matmul(u, mT((gv - np.matmul(v, turned_v)) / across))
        return inside

    return y, pull


@any_spelling
def svd(x, full_matrices=True, *, driver=None):
    """The singular value decomposition ``U @ diag(S) @ Vh = x``: (U, S, Vh).

    Parameters
    ----------
    full_matrices : bool
        Square U and Vh; no gradient flows through the columns that the matrix does not decide.
    """
    matrix(x, "svd")
    rows = x.shape[-2]
    packed = _svd(x)
    u, v = packed[..., :rows, :], packed[..., rows:-1, :]
    s = svdvals(x) if x.requires_grad else packed[..., -1, :]  # equal ones have a gradient, their vectors none
    if full_matrices and rows != x.shape[-1]:
        all_u, _, all_vh = np.linalg.svd(x.array)
        u = cat([u, Tensor.wrap(all_u[..., u.shape[-1] :])], -1)
        v = cat([v, Tensor.wrap(mT(all_vh)[..., v.shape[-1] :])], -1)
    return SVDResult(u, s, v.mT)


@any_spelling
def simple_svd(x, some=True, compute_uv=True):
    """The singular value decomposition as `torch.svd` gives it, with V in the place of its transpose: (U, S, V)."""
    u, s, vh = svd(x, full_matrices=not some)
    return u, s, vh.mT


@operation(name="svdvals", formula=r"s = \sigma(X)", gradient=r"\bar X = U \operatorname{diag}(\bar s) V^\top")
def _svdvals(x):
    y = _svd_array(x)
    rows = x.shape[-2]
    u, v = y[..., :rows, :], y[..., rows:-1, :]
    return y[..., -1, :], lambda g: np.matmul(u * np.expand_dims(g, -2), mT(v))


@any_spelling
def svdvals(x, *, driver=None):
    """The singular values of a matrix, from the largest on."""
    matrix(x, "svdvals")
    return _svdvals(x)


def _least(x, s, atol, rtol):
    """The size from which a singular value counts: ``max(atol, rtol * largest)``; by default what rounding leaves."""
    atol, rtol = (np.asarray(getattr(t, "array", t), np.float64)[..., None] if t is not None else None for t in (atol, rtol))
    if rtol is None:
        default = max(x.shape[-2:]) * np.finfo(x.dtype).eps
        rtol = default if atol is None else np.where(atol > 0, 0.0, default)
    return np.maximum(0.0 if atol is None else atol, rtol * s.max(-1, keepdims=True, initial=0.0))


@any_spelling
def matrix_rank(x, tol=None, hermitian=False, *, atol=None, rtol=None):
    """How many rows of a matrix are independent: its singular values above ``max(atol, rtol * largest)``."""
    matrix(x, "matrix_rank")
    if hermitian:
        square(x, "matrix_rank")
        s = np.abs(lapack("matrix_rank", np.linalg.eigvalsh, x.array, finite=True))
    else:
        s = lapack("matrix_rank", np.linalg.svd, x.array, finite=True, compute_uv=False)
    least = _least(x, s, tol if tol is not None else atol, rtol)
    return Tensor.wrap(np.asarray((s > least).sum(-1), np.int64))


@array_function
def _pinv_array(x, rcond):
    return lapack("pinv", np.linalg.pinv, x, finite=True, rcond=rcond)


@operation(
    name="pinv",
    formula=r"Y = X^+",
    gradient=r"\bar X = -Y^\top \bar Y Y^\top + (I - X Y) \bar Y^\top Y Y^\top + Y^\top Y \bar Y^\top (I - Y X)",
    array=_pinv_array,
)
def _pinv(x, rcond):
    """The pseudo-inverse (Golub & Pereyra 1973)."""
    y = _pinv_array(x, rcond)

    def pull(g):
        yt, gt = mT(y), mT(g)
        outside = np.matmul(np.matmul(gt, y), yt)
        inside = np.matmul(np.matmul(yt, y), gt)
        return (
            -np.matmul(np.matmul(yt, g), yt)
            + outside
            - np.matmul(x, np.matmul(y, outside))
            + inside
            - np.matmul(np.matmul(inside, y), x)
        )

    return y, pull


@any_spelling
def simple_pinv(x, rcond=1e-15):
    """`pinv` with PyTorch's older limit: singular values up to `rcond` times the largest count as 0."""
    return pinv(x, rcond)


@any_spelling
def pinv(x, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The pseudo-inverse: of all Y the smallest for which ``x @ Y`` comes closest to the identity.

    Parameters
    ----------
    atol, rtol : float or Tensor, optional
        Singular values up to ``max(atol, rtol * largest)`` count as 0; `rcond` is another name of `rtol`.
    hermitian : bool
        The matrix is symmetric, and only its lower triangle is read.
    """
    matrix(x, "pinv")
    rtol = rcond if rtol is None else rtol
    if hermitian:
        values, vectors = eigh(x)
        sizes = np.abs(values.array)
        counts = Tensor.wrap(sizes > _least(x, sizes, atol, rtol))
        inverse = where(counts, 1 / where(counts, values, 1.0), 0.0)
        return (vectors * inverse.unsqueeze(-2)) @ vectors.mT
    s = (
        lapack("pinv", np.linalg.svd, x.array, finite=True, compute_uv=False)
        if x.array.size
        else np.zeros((*x.shape[:-2], 1))
    )
    largest = s.max(-1, initial=0.0)
    least = _least(x, s, atol, rtol)[..., 0]
    return _pinv(x, np.divide(least, largest, out=np.zeros_like(least), where=largest > 0))


@any_spelling
def lstsq(A, b, rcond=None, *, driver=None):
    """The X for which ``A @ X`` is closest to `b`: (solution, residuals, rank, singular_values).

    Which of the last three are empty depends on the `driver`, as in PyTorch: its default has no residuals.
    """
    matrix(A, "lstsq")
    vector = b.ndim == A.ndim - 1
    columns = b.unsqueeze(-1) if vector else b
    if columns.shape[-2] != A.shape[-2]:
        raise ShapeError(f"lstsq: A has {A.shape[-2]} rows, and b of shape {b.shape} has {columns.shape[-2]}")
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise ValueError(f'lstsq: driver is "gels", "gelsy", "gelsd" or "gelss", not {driver!r}')
    solution = pinv(A, rcond) @ columns
    rank = matrix_rank(A)
    nothing = Tensor.wrap(np.zeros(0, A.dtype))
    overdetermined = A.shape[-2] > A.shape[-1] and (rank.array == A.shape[-1]).all() and driver not in (None, "gelsy")
    return LstsqResult(
        solution.squeeze(-1) if vector else solution,
        ((A @ solution - columns) ** 2).sum(-2) if overdetermined else nothing,
        Tensor.wrap(np.zeros(0, np.int64)) if driver == "gels" else rank,
        svdvals(A.detach()) if driver in ("gelsd", "gelss") else nothing,
    )
