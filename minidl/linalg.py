"""Linear algebra, by PyTorch's names (`torch.linalg`)."""

from minidl.ops.decompositions import cholesky, eig, eigh, eigvals, eigvalsh, lstsq, matrix_rank, pinv, qr, svd, svdvals
from minidl.ops.inverses import SingularError, det, inv, matrix_exp, matrix_power, slogdet, solve, solve_triangular
from minidl.ops.inverses import SingularError as LinAlgError
from minidl.ops.norms import cond, matrix_norm, norm, vector_norm
from minidl.ops.products import cross, matmul, multi_dot, vecdot

__all__ = [
    "LinAlgError",
    "SingularError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vecdot",
    "vector_norm",
]
