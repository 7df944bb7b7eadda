"""Switches of PyTorch that lessons turn, and that change nothing here: there is one way to compute, and it repeats."""


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Nothing: the same program on the same machine always gives the same numbers."""


def are_deterministic_algorithms_enabled():
    """Whether a run repeats: yes."""
    return True


def set_float32_matmul_precision(precision):
    """Nothing: products of float32 are computed in float32.

    Raises
    ------
    ValueError
        For anything but "highest", "high" and "medium".
    """
    if precision not in ("highest", "high", "medium"):
        raise ValueError(f'the precision of products is "highest", "high" or "medium", not {precision!r}')


def get_float32_matmul_precision():
    """How exactly products of float32 are computed: in float32."""
    return "highest"


def set_flush_denormal(mode):
    """Whether tiny numbers are now taken for 0: no, NumPy does not offer that."""
    return False
