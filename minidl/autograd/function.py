"""Operations with a backward pass written by hand: `torch.autograd.Function`."""

import math
import weakref
from functools import wraps
from itertools import accumulate, pairwise
from types import SimpleNamespace

import numpy as np

from minidl.engine.broadcasting import repeats
from minidl.engine.changes import changes
from minidl.engine.grad_mode import clock, no_grad, recorded_if, this_thread
from minidl.engine.operation import NO_OPTIONS, Node
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError, MinidlError, ShapeError


class Function:
    """An operation whose forward and backward are both written by hand, as static methods.

    ``forward(ctx, *args)`` computes; ``ctx.save_for_backward`` keeps tensors. ``backward(ctx, *gradients)`` takes the
    gradient of each result, and returns one for each argument of `forward` (None where there is none). What backward does
    is recorded where a second derivative is asked for: it is right if all that backward needs was saved, and is an argument
    or a result of `forward`. Use it with ``apply``.

    With a third static method, ``setup_context(ctx, inputs, output)``, `forward` takes no `ctx`, and this one saves.

    References
    ----------
    PyTorch's documentation, *Extending torch.autograd*.

    Examples
    --------
    >>> import minidl as md
    >>> class Cube(md.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x**2
    >>> x = md.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    @staticmethod
    def forward(ctx, *args):
        """Compute the result, a Tensor or a tuple of them."""
        raise MinidlError("a Function needs a static method forward(ctx, *args) that computes its result")

    @staticmethod
    def backward(ctx, *gradients):
        """The gradient of each argument of `forward`."""
        raise MinidlError("a Function needs a static method backward(ctx, *gradients) to pass a gradient back")

    @classmethod
    def apply(cls, *args):
        """Run `forward`, and record it."""
        ctx = FunctionCtx(args)
        with no_grad():
            if hasattr(cls, "setup_context"):
                found = cls.forward(*args)
                cls.setup_context(ctx, args, found)
            else:
                found = cls.forward(ctx, *args)
        results = found if isinstance(found, tuple) else (found,)
        outputs = [Tensor.wrap(t.array) if isinstance(t, Tensor) else t for t in results]
        if this_thread.state.recording and any(ctx.needs_input_grad):
            _record(cls, ctx, args, results, outputs)
        return tuple(outputs) if isinstance(found, tuple) else outputs[0]

    def __call__(self, *args):
        """Refused: a Function is applied by its class."""
        name = type(self).__name__
        raise GraphError(f"a Function is not called but applied: {name}.apply(...). Its methods are static")


class FunctionCtx:
    """What `forward` hands to `backward`; any attribute may be set on it as well.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        For each argument of `forward`, whether a gradient is wanted.
    """

    def __init__(self, args):
        self.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        self._saved, self._time = (), 0
        self._without_gradient, self._zeros = set(), True
        self._remade = {}  # id of a result -> a function that gives it with the graph behind it

    def save_for_backward(self, *tensors):
        """Keep tensors for `backward`; if one is changed in place before then, that is noticed."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(
                    f"save_for_backward keeps tensors, and argument {i} is a {type(t).__name__}. "
                    "Anything else is kept as an attribute: ctx.name = value"
                )
        self._saved, self._time = tensors, next(clock)

    save_for_forward = save_for_backward

    @property
    def saved_tensors(self):
        """The tensors that were kept.

        Raises
        ------
        GraphError
            When one of them was changed in place since.
        """
        for tensor in self._saved:
            if tensor is not None and changes.since(tensor.array, self._time):
                raise GraphError(
                    f"a tensor of shape {tensor.shape} that a Function saved for its backward was changed in place since, "
                    "so the gradient would be wrong. Change a copy: x.clone()"
                )
        return tuple(self._remade[id(t)]() if id(t) in self._remade else t for t in self._saved)

    def mark_non_differentiable(self, *tensors):
        """Say which results have no gradient."""
        self._without_gradient = {id(t) for t in tensors}

    def mark_dirty(self, *tensors):
        """Refused: a Function gives new tensors here."""
        raise GraphError("a Function of minidl gives new tensors, and cannot change its arguments in place (mark_dirty)")

    def set_materialize_grads(self, value):
        """Whether `backward` gets zeros, rather than None, for a result that was not used."""
        self._zeros = value


def _record(cls, ctx, args, results, outputs):
    """Put a node behind those of `outputs` that have a gradient.

    A node makes one tensor. If several outputs have a gradient, it is all of them in a row, and each is cut out of it.
    """
    chosen = [
        k
        for k, t in enumerate(results)
        if isinstance(t, Tensor) and t.dtype.kind == "f" and id(t) not in ctx._without_gradient
    ]
    if not chosen:
        return
    row, array = _Row([(results[k].shape, results[k].dtype) for k in chosen]), _joined([results[k].array for k in chosen])
    arrived = {k: ctx._zeros or len(chosen) == 1 for k in chosen}  # whether `backward` gets a gradient for it
    pull = _pullback(cls, ctx, args, [(t.shape, t.dtype) if isinstance(t, Tensor) else None for t in results], row, arrived)
    node = Node()
    node.operation, node.args, node.kwargs, node.pullbacks = _as_operation(cls, pull), args, NO_OPTIONS, pull
    node.serial, node.module_call, node.hooks = next(clock), this_thread.state.module_call, None
    for k, output in zip(chosen, row.cut(_made_by(node, array)), strict=True):
        outputs[k] = output
        if not arrived[k]:
            output.node.hooks = [lambda g, k=k: arrived.__setitem__(k, True)]
    # A saved result leads back to the node, as the second derivative needs it. The node holds ctx, so ctx holds it weakly.
    weakly, saved = weakref.ref(node), {id(t) for t in ctx._saved} - {id(a) for a in args}
    for place, k in enumerate(chosen):
        if id(results[k]) in saved:
            ctx._remade[id(results[k])] = lambda place=place: row.cut(_made_by(weakly(), array))[place]


def _pullback(cls, ctx, args, like, row, arrived):
    """The pullback of a Function: it calls `backward` with a gradient for each result, and checks what comes back.

    `like` has the shape and dtype of each result that is a tensor, `row` and `arrived` are of those with a gradient.
    """

    def pull(g, wanted):
        gradients = [Tensor.wrap(np.zeros(*one)) if ctx._zeros and one else None for one in like]
        for k, part in zip(arrived, row.cut(g), strict=True):
            if arrived[k]:
                gradients[k] = part if isinstance(part, Tensor) else Tensor.wrap(np.array(part))
                arrived[k] = ctx._zeros or len(arrived) == 1
        recorded = isinstance(g, Tensor)
        with recorded_if(recorded):
            found = _checked(cls, cls.backward(ctx, *gradients), args)
            if recorded and getattr(cls.backward, "once", False):
                found = [part if part is None else _FirstOnly.apply(part, *args, *gradients) for part in found]
        return [part if part is None or recorded else part.array for part in found]

    return pull


def _joined(arrays):
    """Several arrays as one: one alone as it is, several flat and end to end."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([a.ravel() for a in arrays])


class _Row:
    """Where in one array its parts are, that `_joined` put there."""

    def __init__(self, parts):
        self.parts = parts
        self.ends = list(accumulate((math.prod(shape) for shape, _ in parts), initial=0))

    def cut(self, row):
        """The parts again, of a tensor or an array like the row."""
        if len(self.parts) == 1:
            return [row]
        places = zip(pairwise(self.ends), self.parts, strict=True)
        return [row[start:end].reshape(shape).astype(dtype) for (start, end), (shape, dtype) in places]


def _made_by(node, array):
    tensor = Tensor.wrap(array)
    tensor.requires_grad, tensor.node = True, node
    return tensor


def _checked(cls, found, args):
    """The gradients that `backward` returned, one for each argument."""
    found = found if isinstance(found, tuple) else (found,)
    if len(found) < len(args) or any(extra is not None for extra in found[len(args) :]):
        raise GraphError(
            f"{cls.__name__}.backward returned {len(found)} gradients for the {len(args)} arguments of forward: it "
            "returns one for each, and None for those that have none"
        )
    for i, (g, a) in enumerate(zip(found, args, strict=False)):
        if g is None:
            continue
        if not isinstance(g, Tensor):
            raise GraphError(f"{cls.__name__}.backward returns tensors or None; gradient {i} is a {type(g).__name__}")
        if not isinstance(a, Tensor):
            raise GraphError(
                f"{cls.__name__}.backward returned a gradient for argument {i}, which is a {type(a).__name__} and no "
                "tensor. Return None there"
            )
        if not repeats(a.shape, g.shape):
            raise ShapeError(
                f"{cls.__name__}.backward returned a gradient of shape {g.shape} for argument {i}, of shape {a.shape}. "
                "A gradient has the shape of its argument"
            )
    return found[: len(args)]


def _as_operation(cls, pull):
    """What the engine and the pictures ask of an operation, for a Function."""
    return SimpleNamespace(
        name=cls.__name__,
        rule=lambda *args: (None, pull),
        formula="",
        gradient="",
        broadcasts=True,
        linear=True,
        view=False,
        joint=True,
        composed=None,
        promote=None,
        operands=None,
        once_differentiable=False,
    )


def once_differentiable(backward):
    """Mark a `backward` whose result cannot be differentiated again: trying to is refused."""

    @wraps(backward)
    def first_only(ctx, *gradients):
        with no_grad():
            return backward(ctx, *gradients)

    vars(first_only)["once"] = True
    return first_only


class _FirstOnly(Function):
    """A gradient that depends on the tensors it is given with, in an unknown way."""

    @staticmethod
    def forward(ctx, g, *depends_on):
        return g

    @staticmethod
    def backward(ctx, g):
        raise GraphError("this Function has a first derivative and no second (once_differentiable)")
