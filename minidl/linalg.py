"""Linear algebra, by PyTorch's names (`torch.linalg`)."""

from minidl.ops.linalg import matmul
from minidl.ops.matrix import SingularError, cholesky, det, inv, norm, slogdet, solve, vector_norm

__all__ = ["SingularError", "cholesky", "det", "inv", "matmul", "norm", "slogdet", "solve", "vector_norm"]
