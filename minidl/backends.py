"""`torch.backends` for code that asks what the machine has: ``backends.mps.is_available()`` is False."""


class _Backend:
    """Something PyTorch may compute with, and minidl does not. Its switches may be set, and change nothing."""

    enabled = benchmark = allow_tf32 = False
    deterministic = True

    def is_available(self):
        """Whether it can be used: no."""
        return False

    is_built = is_available
    matmul: "_Backend"


mps, cuda, cudnn, mkl, openmp = (_Backend() for _ in range(5))
cuda.matmul = _Backend()
