"""Comparing tensors in tests, by PyTorch's names (`torch.testing`)."""

import numpy as np

from minidl.engine.tensor import Tensor

TOLERANCES = {  # dtype -> relative and absolute, as in PyTorch
    np.dtype(np.float16): (1e-3, 1e-5),
    np.dtype(np.float32): (1.3e-6, 1e-5),
    np.dtype(np.float64): (1e-7, 1e-7),
}


def assert_close(
    actual,
    expected,
    *,
    allow_subclasses=True,
    rtol=None,
    atol=None,
    equal_nan=False,
    check_device=True,
    check_dtype=True,
    check_layout=True,
    check_stride=False,
    msg=None,
):
    """Raise AssertionError unless two tensors (numbers, or lists and dictionaries of them) agree.

    Parameters
    ----------
    rtol, atol : float, optional
        Both or neither; those of the dtype unless given.
    equal_nan : bool
        Whether NaN equals NaN.
    check_dtype : bool
        Whether the dtypes must be the same.
    msg : str or function, optional
        What the error says, or a function of what it would say.

    Examples
    --------
    >>> import minidl as md
    >>> assert_close(md.tensor([1.0, 2.0]), md.tensor([1.0, 2.0 + 1e-7]))
    """
    if (rtol is None) != (atol is None):
        raise ValueError(f"give rtol and atol, or neither; got rtol={rtol}, atol={atol}")
    wrong = _difference(actual, expected, rtol, atol, equal_nan, check_dtype, "")
    if wrong:
        raise AssertionError(msg(wrong) if callable(msg) else msg or wrong)


def _difference(actual, expected, rtol, atol, equal_nan, check_dtype, place):
    """What differs, in words; nothing if nothing does."""
    options = (rtol, atol, equal_nan, check_dtype)
    if isinstance(expected, dict):
        if not isinstance(actual, dict) or actual.keys() != expected.keys():
            return f"the keys{place} differ: {list(actual)} and {list(expected)}"
        pairs = [(actual[key], expected[key], f"{place} at {key!r}") for key in expected]
    elif isinstance(expected, list | tuple):
        if not isinstance(actual, list | tuple) or len(actual) != len(expected):
            return f"the lengths{place} differ: {len(actual)} and {len(expected)}"
        pairs = [(a, e, f"{place} at [{i}]") for i, (a, e) in enumerate(zip(actual, expected, strict=True))]
    else:
        return _difference_of_tensors(actual, expected, *options, place)
    return next((wrong for a, e, where in pairs if (wrong := _difference(a, e, *options, where))), "")


def _difference_of_tensors(actual, expected, rtol, atol, equal_nan, check_dtype, place):
    a, e = (t.detach().array if isinstance(t, Tensor) else np.asarray(t) for t in (actual, expected))
    if a.shape != e.shape:
        return f"the shapes{place} differ: {a.shape} and {e.shape}"
    if check_dtype and isinstance(actual, Tensor) and isinstance(expected, Tensor) and a.dtype != e.dtype:
        return f"the dtypes{place} differ: {a.dtype} and {e.dtype}"
    if rtol is None:
        known = [TOLERANCES.get(t.dtype, (0.0, 0.0)) for t in (a, e)]
        rtol, atol = (max(pair) for pair in zip(*known, strict=True))
    close = np.isclose(a, e, rtol, atol, equal_nan)
    if close.all():
        return ""
    off = np.abs(a.astype(np.float64) - e.astype(np.float64))
    worst = np.unravel_index(int(np.nanargmax(np.where(close, -1, off))) if not np.isnan(off).all() else 0, off.shape)
    return (
        f"{(~close).sum()} of {close.size} elements{place} are not close. The largest difference is {off[worst]:.6g}, at "
        f"{tuple(map(int, worst))}: {a[worst]} and {e[worst]} (allowed are rtol={rtol} and atol={atol})"
    )
