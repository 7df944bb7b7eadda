"""Linear algebra, by PyTorch's names (`torch.linalg`)."""

from minidl.ops.decompositions import SingularError, cholesky, det, inv, norm, slogdet, solve, vector_norm
from minidl.ops.products import matmul

__all__ = ["SingularError", "cholesky", "det", "inv", "matmul", "norm", "slogdet", "solve", "vector_norm"]
