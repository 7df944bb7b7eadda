r"""Compare a gradient with finite differences: is what `backward` finds really the slope?

The slope of a function along one input element is, nearly, the change of its output when the
element is moved a little to either side:

.. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + \epsilon e_i) - f(x - \epsilon e_i)}{2 \epsilon}
"""

import numpy as np

from minidl.engine.backward import grad
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, MinidlError


class GradientError(MinidlError, AssertionError):
    """A gradient that is not the slope; the message says where and by how much."""


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """Check the gradients of a function against finite differences.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a Tensor or a tuple of Tensors.
    inputs : Tensor or sequence of Tensor
        In float64. Those that require a gradient are checked, element by element.
    eps : float
        How far each element is moved.
    atol, rtol : float
        A gradient may differ by ``atol + rtol * |slope|``.
    raise_exception : bool
        Whether to raise, or to return False, when they differ.
    nondet_tol : float
        How far two backward passes through the same graph may differ.
    fast_mode : bool
        Move all elements of an input at once, in a random direction, and each by itself only if that differs.
    check_undefined_grad, check_grad_dtypes, check_backward_ad, masked
        Accepted: dtypes and missing gradients are the engine's business, and always checked.
    check_forward_ad, check_batched_grad, check_batched_forward_grad : bool
        Refused when True: a backward pass carries one gradient at a time.

    Returns
    -------
    bool
        True when all agree.

    Raises
    ------
    GradientError
        It names the input, the element, both numbers, and a likely reason.
    DtypeError
        When an input is not float64: float32 is too coarse for differences this small.

    Examples
    --------
    >>> import minidl as md
    >>> x = md.tensor([0.5, 2.0], dtype=md.float64, requires_grad=True)
    >>> gradcheck(lambda x: (x * x).sum(), x)
    True
    """
    _refuse(
        check_forward_ad=check_forward_ad,
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
    )
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise MinidlError("none of the inputs requires a gradient, so there is nothing to check")
    for i in checked:
        if inputs[i].dtype != np.float64:
            raise DtypeError(f"gradcheck needs float64, and input {i} is {inputs[i].dtype}. Did you mean x.double() ?")
    try:
        outputs = _outputs(func(*inputs))
        for number, output in enumerate(outputs):
            if output.requires_grad:
                _Check(func, inputs, checked, number, output, eps).run(atol, rtol, nondet_tol, fast_mode)
    except GradientError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
    masked=False,
):
    """Check the second derivatives of a function: the gradient of its gradient, by `gradcheck`.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception, nondet_tol, fast_mode
        As in `gradcheck`, as are those that are accepted or refused.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradients from which the first backward pass starts; fixed random ones unless given.
    gen_non_contig_grad_outputs, check_rev_over_rev : bool
        Accepted: backward over backward is what is checked.
    check_fwd_over_rev : bool
        Refused when True.

    Examples
    --------
    >>> import minidl as md
    >>> x = md.tensor([0.5, 2.0], dtype=md.float64, requires_grad=True)
    >>> gradgradcheck(lambda x: (x**3).sum(), x)
    True
    """
    _refuse(check_fwd_over_rev=check_fwd_over_rev, check_batched_grad=check_batched_grad)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        return True
    rng = np.random.default_rng(0)
    if grad_outputs is None:
        with no_grad():
            grad_outputs = [Tensor(rng.standard_normal(o.shape)) for o in _outputs(func(*inputs))]
    seeds = _outputs(grad_outputs)

    def gradients(*inputs):
        chosen = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
        outputs = _outputs(func(*inputs))
        pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
        found = grad([o for o, _ in pairs], chosen, [s for _, s in pairs], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.requires_grad) or (sum(x.sum() for x in chosen) * 0,)

    return gradcheck(
        gradients,
        inputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        fast_mode=fast_mode,
    )


def _refuse(**options):
    for name, wanted in options.items():
        if wanted:
            raise MinidlError(f"{name}=True cannot be checked: a backward pass carries one gradient at a time")


def _outputs(result):
    return list(result) if isinstance(result, tuple | list) else [result]


class _Check:
    """The check of one output: of a random mix of its elements, which cannot hide a mistake for long."""

    def __init__(self, function, inputs, checked, number, output, eps):
        self.function, self.inputs, self.checked = function, inputs, checked
        self.number, self.output, self.eps = number, output, eps
        self.rng = np.random.default_rng(number)
        self.mix = self.rng.uniform(0.5, 1.5, output.shape)

    def run(self, atol, rtol, nondet_tol, fast):
        """Raise GradientError at the first input whose gradient is not the slope."""
        again = self.gradients()
        for i, analytic, second in zip(self.checked, self.gradients(), again, strict=True):
            self.refuse_chance(i, analytic, second, nondet_tol)
            if fast and self.agrees_along_one_direction(i, analytic, atol, rtol):
                continue
            numeric = self.slopes(i)
            wrong = ~(np.abs(analytic - numeric) <= atol + rtol * np.abs(numeric))
            if wrong.any():
                raise GradientError(_report(i, self.number, analytic, numeric, wrong))

    def gradients(self):
        """What the backward pass finds."""
        wanted = [self.inputs[i] for i in self.checked]
        found = grad(self.output, wanted, Tensor(self.mix), retain_graph=True, allow_unused=True)
        return [np.zeros(x.shape) if g is None else g.array for x, g in zip(wanted, found, strict=True)]

    def refuse_chance(self, i, first, second, nondet_tol):
        """Raise GradientError when two backward passes through one graph differ."""
        apart = np.abs(first - second).max(initial=0)
        if apart > nondet_tol:
            raise GradientError(
                f"the gradient of output {self.number} with respect to input {i} is left to chance: two backward passes "
                f"through the same graph differ by {apart:.3g}, and nondet_tol is {nondet_tol:.3g}"
            )

    def agrees_along_one_direction(self, i, analytic, atol, rtol):
        """Whether the slope in one random direction is that of the gradient."""
        direction = self.rng.standard_normal(analytic.shape)
        direction /= np.sqrt((direction**2).sum()) or 1.0
        slope = self.slope(i, direction)
        return abs((analytic * direction).sum() - slope) <= atol + rtol * abs(slope)

    def slopes(self, i):
        """The finite differences along each element of input `i`."""
        shape = self.inputs[i].shape
        slopes = np.zeros(shape)
        for place in np.ndindex(shape):
            unit = np.zeros(shape)
            unit[place] = 1
            slopes[place] = self.slope(i, unit)
        return slopes

    def slope(self, i, direction):
        """The finite difference of the mixed output along a direction in which input `i` is moved.

        The input itself is moved and put back, so that a function may also hold it: as a parameter of its layer.
        """
        x, place = self.inputs[i], self.inputs[i].array
        ends = []
        try:
            for step in (self.eps, -self.eps):
                x.array = np.asarray(place + step * direction)
                output = _outputs(self.function(*self.inputs))[self.number]
                ends.append((output.array * self.mix).sum())
        finally:
            x.array = place
        return (ends[0] - ends[1]) / (2 * self.eps)


def _report(i, number, analytic, numeric, wrong):
    place = tuple(int(n) for n in np.unravel_index(np.argmax(np.where(wrong, np.abs(analytic - numeric), -1)), wrong.shape))
    return (
        f"the gradient of output {number} with respect to input {i} is wrong in {wrong.sum()} of {wrong.size} elements\n"
        f"    worst at {place}: backward gives {analytic[place]:.6g}, finite differences give {numeric[place]:.6g}\n"
        f"    likely: {_reason(analytic, numeric, wrong)}"
    )


def _reason(analytic, numeric, wrong):
    """What usually makes a gradient wrong in this way."""
    a, n = analytic[wrong], numeric[wrong]
    if not np.isfinite(a).all():
        return "the gradient is not finite; is a division by zero or a root or logarithm at 0 involved?"
    if np.allclose(a, -n, rtol=1e-3, atol=1e-6):
        return "the sign is wrong"
    if np.allclose(a, 0, atol=1e-12):
        return "no gradient arrives: was the input detached, or its pullback forgotten?"
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / n
    if np.isfinite(ratio).all() and np.ptp(ratio) < 1e-3 * np.abs(ratio).max():
        return f"it is {ratio.mean():.4g} times too large: a factor, a mean, or an accumulation at a fork?"
    if (
        analytic.ndim == 2
        and analytic.shape[0] == analytic.shape[1]
        and np.allclose(analytic, numeric.T, rtol=1e-3, atol=1e-6)
    ):
        return "it is transposed"
    return "a mistake in the pullback, or the function has a corner there or is random"
