"""Checkpointing: forget what lies between, and compute it again when the gradient comes by.

References
----------
Chen et al. (2016), *Training Deep Nets with Sublinear Memory Cost*.
"""

from minidl.autograd.function import Function, once_differentiable
from minidl.engine.backward import grad, nodes_behind
from minidl.engine.generator import get_rng_state, set_rng_state
from minidl.engine.grad_mode import clock, enable_grad, is_grad_enabled
from minidl.engine.saved import args_then
from minidl.engine.tensor import Tensor
from minidl.errors import GraphError


def checkpoint(function, *args, use_reentrant=None, preserve_rng_state=True, **kwargs):
    """``function(*args)``, of which only arguments and result are kept: the rest is computed again in the backward pass.

    That costs one more forward pass, and the memory of one segment at a time instead of all of them. Gradients are the
    same, bit for bit. What a forward pass changes besides its result is changed twice: running means of batch normalisation.

    Parameters
    ----------
    function : Module or function
        Returns a tensor, or a tuple of them.
    args
        Its arguments; gradients pass to those that are tensors, and to the parameters that the function uses.
    preserve_rng_state : bool
        Let dropout fall on the same units the second time.
    use_reentrant : bool, optional
        Accepted for the sake of PyTorch's lessons: there is one way here.

    Raises
    ------
    GraphError
        When the function returns something else, or a second derivative is asked for.

    Examples
    --------
    >>> import minidl as md
    >>> net = md.nn.Sequential(md.nn.Linear(4, 4), md.nn.Tanh(), md.nn.Linear(4, 1))
    >>> x = md.ones(2, 4, requires_grad=True)
    >>> md.autograd.checkpoint(net, x).sum().backward()
    >>> x.grad.shape
    (2, 4)
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
    stream = get_rng_state() if preserve_rng_state else None

    def run(*tensors):
        given = list(args)
        for i, t in zip(places, tensors, strict=True):
            given[i] = t
        return function(*given, **kwargs)

    inputs = [_apart(args[i]) for i in places]
    floor = next(clock)
    output = run(*inputs)
    results = output if isinstance(output, tuple) else (output,)
    if not all(isinstance(t, Tensor) for t in results):
        raise GraphError("checkpoint takes a function that returns a tensor, or a tuple of tensors")
    leaves = _leaves_behind(results, floor, inputs)
    values = tuple(t.detach() for t in output) if isinstance(output, tuple) else output.detach()  # without what is behind
    return _Checkpoint.apply(run, stream, values, len(places), *[args[i] for i in places], *leaves)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, preserve_rng_state=True):
    """A sequence of modules in `segments` pieces, each of them a `checkpoint`; the last is kept, as its turn comes first.

    Parameters
    ----------
    functions : Sequential or list of function
    segments : int
        About the square root of their number takes least memory.
    """
    functions = list(functions)
    if not 1 <= segments <= len(functions):
        raise ValueError(f"{len(functions)} functions make 1 to {len(functions)} segments, not {segments}")
    size = len(functions) // segments

    def piece(start, end):
        def run(x):
            for function in functions[start:end]:
                x = function(x)
            return x

        return run

    for k in range(segments - 1):
        input = checkpoint(piece(k * size, (k + 1) * size), input, preserve_rng_state=preserve_rng_state)
    return piece((segments - 1) * size, len(functions))(input)


def _apart(tensor):
    """The same values at the beginning of a graph of their own."""
    apart = tensor.detach()
    apart.requires_grad = tensor.requires_grad
    return apart


def _leaves_behind(results, floor, inputs):
    """The tensors besides the inputs that gradients reach: parameters, and what was computed outside."""
    known, leaves = {id(t) for t in inputs}, []
    for node in nodes_behind(results, floor):
        for a in args_then(node):
            if (
                isinstance(a, Tensor)
                and a.requires_grad
                and id(a) not in known
                and (a.node is None or a.node.serial < floor)
            ):
                known.add(id(a))
                leaves.append(a)
    return leaves


class _Checkpoint(Function):
    """The result as it is; the gradient by running the function again, this time with all that it needs kept."""

    @staticmethod
    def forward(ctx, run, stream, values, count, *tensors):
        ctx.run, ctx.stream, ctx.count = run, stream, count
        ctx.save_for_backward(*tensors)
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):
        tensors = ctx.saved_tensors
        inputs, leaves = [_apart(t) for t in tensors[: ctx.count]], tensors[ctx.count :]
        now = get_rng_state()
        try:
            if ctx.stream is not None:
                set_rng_state(ctx.stream)
            with enable_grad():
                output = ctx.run(*inputs)
        finally:
            if ctx.stream is not None:
                set_rng_state(now)
        pairs = [
            (t, g)
            for t, g in zip(output if isinstance(output, tuple) else (output,), gradients, strict=True)
            if t.requires_grad
        ]
        wanted = [t for t in [*inputs, *leaves] if t.requires_grad]
        found = iter(grad([t for t, _ in pairs], wanted, [g for _, g in pairs], allow_unused=True))
        return None, None, None, None, *(next(found) if t.requires_grad else None for t in [*inputs, *leaves])
