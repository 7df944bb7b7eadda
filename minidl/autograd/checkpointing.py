"""Checkpointing: forget what lies between, and compute it again when the gradient comes by.

References
----------
Chen et al. (2016), *Training Deep Nets with Sublinear Memory Cost*.
"""

from contextlib import contextmanager

from minidl.autograd.function import Function
from minidl.engine.backward import grad, grad_slot, nodes_behind, run_backward
from minidl.engine.generator import get_rng_state, set_rng_state
from minidl.engine.grad_mode import clock, is_grad_enabled, recorded_if
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
        Returns a tensor, or a tuple; what is no tensor in it (None, a number) is passed on as it is.
    args
        Its arguments; gradients pass to those that are tensors, and to the parameters that the function uses.
    preserve_rng_state : bool
        Let dropout fall on the same units the second time.
    use_reentrant : bool, optional
        Accepted for the sake of PyTorch's lessons: there is one way here.

    Raises
    ------
    GraphError
        When the function returns a list or a dict, or something else that holds tensors.

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
    _refuse_nested(output)
    tensors = _tensors(output)
    if not tensors:
        return output
    leaves = _leaves_behind(tensors, floor, inputs)
    alone = lambda t: t.detach() if isinstance(t, Tensor) else t  # without what is behind
    values = tuple(map(alone, output)) if isinstance(output, tuple) else alone(output)
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
    apart._requires_grad = tensor.requires_grad
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


def _parts(output):
    return output if isinstance(output, tuple) else (output,)


def _tensors(output):
    """The tensors of a result that may hold other things too."""
    return [t for t in _parts(output) if isinstance(t, Tensor)]


def _refuse_nested(output):
    """Raise GraphError where tensors may stand in a list, a dict or a tuple inside a tuple."""
    for part in _parts(output):
        if isinstance(part, list | tuple | dict | set):
            raise GraphError(
                f"checkpoint takes a function that returns a tensor, or a tuple of tensors, and this one returns a "
                f"{type(part).__name__}: no gradient could be found for what is in it. Return a tuple: tuple(parts)"
            )


class _Checkpoint(Function):
    """The result as it is; the gradient by running the function again, this time with all that it needs kept."""

    @staticmethod
    def forward(ctx, run, stream, values, count, *tensors):
        ctx.run, ctx.stream, ctx.count = run, stream, count
        ctx.save_for_backward(*tensors)
        return values

    @staticmethod
    def backward(ctx, *gradients):
        found = (_recorded_gradients if is_grad_enabled() else _plain_gradients)(ctx, gradients)
        return None, None, None, None, *found


def _plain_gradients(ctx, gradients):
    """The gradients of what a checkpoint saved, found in a graph that begins at copies of its inputs."""
    tensors = [*map(_apart, ctx.saved_tensors[: ctx.count]), *ctx.saved_tensors[ctx.count :]]
    outputs, seeds = _run_again(ctx, tensors, gradients)
    wanted = [t for t in tensors if t.requires_grad]
    found = iter(grad(outputs, wanted, seeds, allow_unused=True))
    return [next(found) if t.requires_grad else None for t in tensors]


def _recorded_gradients(ctx, gradients):
    """The same gradients as tensors that lead back to the inputs themselves, so that they can be differentiated again."""
    tensors, start = ctx.saved_tensors, next(clock)
    outputs, seeds = _run_again(ctx, tensors, gradients)
    slots = {grad_slot(t): None for t in tensors if t.requires_grad}
    found = run_backward(outputs, seeds, set(slots), retain_graph=True, create_graph=True, floor=start)
    parts = []
    for t in tensors:
        slot = grad_slot(t)
        parts.append(found.get(slot) if t.requires_grad and slot in slots else None)
        slots.pop(slot, None)  # the same tensor twice: once is the sum
    return parts


def _run_again(ctx, tensors, gradients):
    """Compute again what was forgotten; the results that gradients flow to, and these gradients."""
    with recorded_if(True), _stream(ctx.stream):
        output = ctx.run(*tensors[: ctx.count])
    pairs = zip(_parts(output), gradients, strict=True)
    chosen = [(t, g) for t, g in pairs if isinstance(t, Tensor) and t.requires_grad]
    return [t for t, _ in chosen], [g for _, g in chosen]


@contextmanager
def _stream(state):
    """Inside, random numbers begin at `state`; afterwards they go on as before."""
    now = get_rng_state()
    try:
        if state is not None:
            set_rng_state(state)
        yield
    finally:
        if state is not None:
            set_rng_state(now)
