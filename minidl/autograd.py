r"""The engine: operations, the graph they leave behind, and the walk back that finds gradients.

An *operation* is declared by one rule. A rule takes arrays and returns the result, followed by
one *pullback* for each tensor argument: a function that carries the gradient of the result back
to that argument. Formulas for the reader stand beside it::

    @operation(formula=r"y = \tanh x", gradient=r"\bar x = \bar y \odot (1 - y^2)")
    def tanh(x):
        y = np.tanh(x)
        return y, lambda g: g * (1 - y * y)

While operations run on tensors that require a gradient, each leaves a :class:`Node`: what was
done, to which tensors, and the pullbacks. `backward` visits the nodes from the latest to the
earliest (their serial numbers, never recursion) and lets each hand its gradient to its inputs.

A gradient that is to be differentiated again (``create_graph=True``) comes from the *same rule*,
run on Tensors instead of arrays: NumPy's functions, called on Tensors, are operations themselves.

References
----------
Griewank & Walther (2008), *Evaluating Derivatives*, chapter 3 (the reverse mode).
"""

from functools import wraps
from heapq import heapify, heappop, heappush
from importlib import import_module
from operator import attrgetter
from typing import Any

import numpy as np

from minidl.accumulation import Scatter, Totals, fit, repeats
from minidl.calling import explained, tidy
from minidl.dtypes import promote_all
from minidl.errors import GraphError, ShapeError
from minidl.inplace import changes, refuse_if_saved_values_changed
from minidl.state import clock, enable_grad, no_grad, set_grad_enabled, this_thread
from minidl.watching import detect_anomaly, watch

__all__ = [
    "Scatter",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "fit",
    "grad",
    "no_grad",
    "operation",
    "set_grad_enabled",
    "watch",
]

REGISTRY = {}  # name -> operation; walked by the tests, the pictures and the documentation
UFUNCS, FUNCTIONS = {}, {}  # NumPy's function -> what runs when it meets a Tensor
NO_OPTIONS: dict = {}  # the keyword arguments of a node that has none

Tensor: Any = None  # set by minidl.tensor, which is built on this module


class Node:
    """One operation that ran: a point of the computation graph.

    Attributes
    ----------
    operation : function
        The operation, with `name`, `formula` and `gradient`.
    args, kwargs : tuple, dict
        What it was called with. The tensors among `args` are the edges to earlier nodes.
    pullbacks : tuple of functions, or function
        One for each tensor argument; a single one is kept without a tuple, because Python's search for garbage
        visits every object of a long graph many times. Gone, like the arguments, once backward has used the node.
    serial : int
        Grows with time, so an input's number is always smaller than its user's.
    frame : tuple or None
        The call of a module in which it ran: (the frame around it, the module).
    hooks : list
        Functions that see, and may replace, the gradient of the output.
    line : tuple
        File, number and function of the line that called it. Only there if `watch` looked on.
    """

    __slots__ = ("__weakref__", "args", "frame", "hooks", "kwargs", "line", "operation", "pullbacks", "serial")
    args: tuple
    kwargs: dict | None
    operation: Any
    pullbacks: Any
    serial: int
    frame: tuple | None
    hooks: list | None
    line: tuple

    def __repr__(self):
        return f"<Node {self.serial}: {self.operation.name}>"


# ---------------------------------------------------------------- operations


def operation(
    rule=None,
    *,
    name=None,
    formula="",
    gradient="",
    numpy=None,
    promote=None,
    operands=None,
    broadcasts=False,
    linear=False,
    joint=False,
    composed=None,
    once=False,
):
    r"""Turn a rule on arrays into an operation on tensors, and enter it in the registry.

    Parameters
    ----------
    rule : function
        Arrays in; out come the result and the pullbacks, as the module's docstring shows.
    name : str, optional
        Its name in graphs; that of the rule unless given.
    formula, gradient : str
        What it computes and how gradients pass, as LaTeX; a bar is a gradient.
    numpy : function or list of functions, optional
        NumPy's functions that are this operation when they meet a Tensor.
    promote : {None, "same", "float"}
        Bring the arguments to one dtype by PyTorch's rules; "float" turns integers into floats too.
    operands : int, optional
        How many of the first arguments `promote` concerns; all unless given.
    broadcasts : bool
        The arguments are broadcast against each other. A pullback then gives a gradient of the shape of the result,
        and the engine sums out what broadcasting had repeated.
    linear : bool
        The pullbacks use no value of an input, only shapes.
    joint : bool
        The rule returns one pullback for all arguments, ``pull(g, wanted) -> gradients``, because
        they share work; `wanted` says which are needed.
    composed : function, optional
        The same operation written with smaller ones. It gives the second derivative where the rule
        itself cannot run on Tensors, and the tests compare the two.
    once : bool
        The gradient cannot be differentiated again; asking for it is refused by name.
    """
    if rule is None:
        return lambda rule: operation(
            rule, name=name, formula=formula, gradient=gradient, numpy=numpy, promote=promote,
            broadcasts=broadcasts, linear=linear, joint=joint, composed=composed, once=once, operands=operands,
        )  # fmt: skip

    name = name or rule.__name__.strip("_")

    @wraps(rule)
    def apply(*args, **kwargs):
        if kwargs:
            args, kwargs = tidy(rule, args, kwargs, lambda value: isinstance(value, Tensor))
        arrays, numbers, wanted, wants, dtype, alike = [], [], False, False, None, True
        for a in args:
            if isinstance(a, Tensor):
                wants = a.requires_grad
                wanted = wanted or wants
                a = a.array
                if a.dtype is not dtype:
                    alike, dtype = alike and dtype is None, a.dtype
            else:
                wants = False
                if type(a) is float or type(a) is int:
                    numbers.append(len(arrays))
                else:
                    alike = False
            arrays.append(a)
        if promote is not None:
            if not alike or dtype is None or dtype.kind != "f":
                promote_all(arrays, promote, operands)
            else:  # the ordinary case: floats of one precision, and plain numbers
                for i in numbers:
                    if operands is None or i < operands:
                        arrays[i] = np.asarray(arrays[i], dtype)  # NumPy is twice as fast with this as with the number
        try:
            result = rule(*arrays, **kwargs) if kwargs else rule(*arrays)
        except ValueError as error:
            raise explained(name, promote, arrays, error) from error
        out = Tensor.wrap(result[0])
        state = this_thread.state
        if wanted and state.recording and out.array.dtype.kind == "f":
            out.requires_grad = True
            out.node = node = Node()
            node.operation, node.args, node.kwargs = apply, args, kwargs or NO_OPTIONS
            # If the last argument wants no gradient, its pullback is not kept, nor what that holds.
            end = len(result) if wants or len(result) < len(args) else len(args)
            node.pullbacks = result[1] if end == 2 else result[1:end]
            node.serial, node.frame, node.hooks = next(clock), state.frame, None
        if state.observers:
            for observer in state.observers:
                observer.ran(apply, args, kwargs, arrays, out)
        return out

    vars(apply).update(
        name=name,
        rule=rule,
        formula=formula,
        gradient=gradient,
        broadcasts=broadcasts,
        linear=linear,
        joint=joint,
        composed=composed,
        promote=promote,
        operands=operands,
        once=once,
    )
    REGISTRY[name] = apply
    for function in numpy if isinstance(numpy, list) else [numpy] if numpy else []:
        (UFUNCS if isinstance(function, np.ufunc) else FUNCTIONS)[function] = apply
    return apply


# ---------------------------------------------------------------- the walk back


def holder_of(tensor):
    """Where the gradient of a tensor is gathered: at its node, or at the tensor itself if it is a leaf."""
    return tensor if tensor.node is None else tensor.node


def nodes_behind(tensors, floor=0):
    """Every node that led to `tensors` and is younger than `floor`, latest first."""
    stack = [t.node for t in tensors if t.node is not None and t.node.serial > floor]
    seen = set(stack)
    for node in stack:  # the list grows while it is walked
        for a in node.args:
            if isinstance(a, Tensor):
                before = a.node
                if before is not None and before.serial > floor and before not in seen:
                    seen.add(before)
                    stack.append(before)
    return sorted(stack, key=attrgetter("serial"), reverse=True)


def _leading_to(targets, nodes):
    """The nodes through which a gradient reaches one of `targets`."""
    needed = set()
    for node in reversed(nodes):
        for a in node.args:
            if isinstance(a, Tensor) and a.requires_grad:
                holder = holder_of(a)
                if holder in targets or holder in needed:
                    needed.add(node)
                    break
    return needed


def sweep(outputs, seeds, targets=None, retain_graph=False, create_graph=False, floor=0):
    """Carry the gradients `seeds` from `outputs` back through the graph.

    Parameters
    ----------
    outputs : list of Tensor
    seeds : list of ndarray (of Tensor when `create_graph`)
        The gradient of each output, of its shape.
    targets : set of holders, optional
        Nodes and leaf tensors whose gradients are asked for. All leaves without it.
    floor : int
        Nodes with a serial number up to this are not entered.

    Returns
    -------
    Totals
        Holder -> gradient, of the targets that were reached.
    """
    totals, found, observers = Totals(), Totals(), this_thread.state.observers
    for output, seed in zip(outputs, seeds, strict=True):
        totals.add(holder_of(output), seed)
    ahead = [(-holder.serial, holder) for holder in totals if type(holder) is Node]  # a heap: the latest first
    heapify(ahead)
    needed = None if targets is None else _leading_to(targets, nodes_behind(outputs, floor))
    ordinary = targets is None and not create_graph
    while ahead:
        node = heappop(ahead)[1]  # all that use its result came later: its gradient is complete
        g = totals.pop(node)
        if node.hooks:
            g = _call_hooks(node.hooks, g)
        if observers:
            for observer in observers:
                observer.pulled(node, g)
        if needed is not None:
            if node in targets:
                found.add(node, g)
            if node not in needed:
                continue
        pullbacks = node.pullbacks
        if ordinary and pullbacks and changes.latest < node.serial and not node.operation.joint:  # as ways_back does
            ways = zip(node.args, pullbacks) if type(pullbacks) is tuple else ((node.args[0], pullbacks),)  # noqa: B905
        else:
            ways = ways_back(node, g, targets, needed, create_graph)
        for a, pull in ways:
            if pull is None or not isinstance(a, Tensor) or not a.requires_grad:
                continue
            part = pull(g)
            if part is None:
                continue
            if part.dtype is not a.array.dtype or part.shape != a.array.shape:
                part = matched(node, part, a)
            before = a.node
            holder = a if before is None else before
            if holder in totals:
                totals.add(holder, part)
                continue
            totals[holder] = part.dense() if type(part) is Scatter else part
            if before is not None and before.serial > floor:
                heappush(ahead, (-before.serial, before))
        if not retain_graph:
            node.pullbacks, node.args, node.kwargs = None, (), None  # let go of everything that was kept
    for holder in totals:  # nodes below the floor, and leaves
        if holder.hooks and (targets is None or holder in targets):
            totals[holder] = _call_hooks(holder.hooks, totals[holder])
    if targets is None:
        return totals
    for holder in targets.intersection(totals):
        found.add(holder, totals.pop(holder))
    return found


def ways_back(node, g, targets=None, needed=None, create_graph=False):
    """Pairs of an argument that wants a gradient, and a function that gives it."""
    pullbacks, args = node.pullbacks, node.args
    if not args:
        raise GraphError(
            f"this graph was already used: backward frees the graph as it goes, and {node.operation.name!r} is gone.\n"
            "To go through it twice, say so the first time: loss.backward(retain_graph=True)"
        )
    if changes.latest > node.serial and not node.operation.linear:
        refuse_if_saved_values_changed(node)
    operation = node.operation
    if pullbacks == ():
        raise GraphError(
            f"the rule of {operation.name!r} returns no pullback. After the result comes one for each tensor argument, "
            "or None for an argument that no gradient reaches."
        )
    wanted = [isinstance(a, Tensor) and a.requires_grad for a in args]
    if targets is not None:
        wanted = [w and (holder_of(a) in targets or holder_of(a) in needed) for w, a in zip(wanted, args, strict=True)]
    if create_graph:
        if operation.once:
            raise GraphError(
                f"{operation.name!r} has a first derivative and no second here: its gradient cannot be part of a graph "
                "(create_graph=True)."
            )
        if operation.composed is not None:
            return _given(args, _through_composition(node, g, wanted))
        again = list(args)
        for i, a in enumerate(args[: operation.operands] if operation.promote else ()):
            if type(a) is float or type(a) is int:
                again[i] = g.dtype.type(a)  # as precise as the tensors
        pullbacks = operation.rule(*again, **node.kwargs)[1:]
    if type(pullbacks) is not tuple:
        pullbacks = (pullbacks,)
    if operation.joint:
        parts = pullbacks[0](g, wanted)
        return _given(args, [part if want else None for part, want in zip(parts, wanted, strict=False)])
    return [(a, pull) for a, pull, want in zip(args, pullbacks, wanted, strict=False) if want and pull is not None]


def _given(args, parts):
    """Gradients that are there already, in the form of functions that give them."""
    return [(a, lambda g, part=part: part) for a, part in zip(args, parts, strict=False) if part is not None]


def _through_composition(node, g, wanted):
    """The gradients of a fused operation as differentiable tensors, by way of the small operations."""
    start = next(clock)
    with set_grad_enabled(True):
        out = node.operation.composed(*node.args, **node.kwargs)
        if out.node is None:
            return [None] * len(wanted)
        targets = {holder_of(a) for a, want in zip(node.args, wanted, strict=True) if want}
        found = sweep([out], [g], targets, retain_graph=True, create_graph=True, floor=start)
    parts, given = [], set()
    for a, want in zip(node.args, wanted, strict=True):
        holder = holder_of(a) if want else None
        parts.append(None if holder in given else found.get(holder))  # the same tensor twice: once is the sum
        given.add(holder)
    return parts


def matched(node, part, a):
    """A gradient in the shape and dtype of its tensor, summed where broadcasting had repeated the tensor.

    Any other wrong shape is a mistake in the rule, and never let through.
    """
    if part.shape != a.array.shape:
        if not node.operation.broadcasts or not repeats(a.array.shape, part.shape):
            raise ShapeError(
                f"the rule of {node.operation.name!r} gave a gradient of shape {part.shape} for an input of shape "
                f"{a.array.shape}. A pullback must return the shape of its input; if the operation broadcasts its "
                "arguments, say so with broadcasts=True."
            )
        part = fit(part, a.array)
    if part.dtype == a.array.dtype:
        return part
    if type(part) is Scatter:
        return part.dense().astype(a.array.dtype)
    return part.astype(a.array.dtype) if not isinstance(part, Tensor) else part.to(a.array.dtype)


def _call_hooks(hooks, g):
    """Show a gradient to each hook; what a hook returns replaces it."""
    as_tensor = g if isinstance(g, Tensor) else Tensor.wrap(g)
    for hook in list(hooks):
        replaced = hook(as_tensor)
        if replaced is not None:
            as_tensor = replaced
    return as_tensor if isinstance(g, Tensor) else as_tensor.array


# ---------------------------------------------------------------- what users call


def backward(tensor, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradient of `tensor` to the ``grad`` of every leaf that led to it.

    Parameters
    ----------
    tensor : Tensor
        Usually the loss: a tensor with one element.
    gradient : Tensor, the shape of `tensor`, optional
        The gradient to start from. Needed when `tensor` has more than one element.
    retain_graph : bool, optional
        Keep the graph for another walk. As `create_graph` unless given.
    create_graph : bool
        Record the walk itself, so that the gradients can be differentiated.
    inputs : list of Tensor, optional
        Add to the ``grad`` of these alone.

    Raises
    ------
    GraphError
        No graph leads to `tensor`; it was freed; or values it needs were changed in place.
    ShapeError
        `gradient` is missing for a tensor of several elements, or has another shape.

    Examples
    --------
    >>> import minidl as md
    >>> w = md.tensor([2.0, 3.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> w.grad
    tensor([4., 6.])
    """
    retain_graph = create_graph if retain_graph is None else retain_graph
    targets = None if inputs is None else {holder_of(t) for t in inputs}
    with set_grad_enabled(create_graph):
        found = sweep([tensor], [_seed(tensor, gradient, create_graph)], targets, retain_graph, create_graph)
        of_node = {} if inputs is None else {t.node: t for t in inputs if t.node is not None}
        for holder in list(found):
            accumulate_grad(of_node.get(holder, holder), found.take(holder))


def accumulate_grad(leaf, part):
    """Add `part` to ``leaf.grad``: in place where a gradient is there already and no graph uses it."""
    if isinstance(part, Tensor):
        leaf.grad = part if leaf.grad is None else leaf.grad + part
    elif leaf.grad is None:
        leaf.grad = Tensor.wrap(part)
    elif leaf.grad.requires_grad:
        leaf.grad = Tensor.wrap(leaf.grad.array + part)
    else:
        changes.mark(leaf.grad.array)
        leaf.grad.array += part


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=False):
    """The gradients of `outputs` with respect to `inputs`, returned instead of stored.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradient to start from at each output.
    retain_graph, create_graph : bool
        As in `backward`.
    allow_unused : bool
        Give None for an input that the outputs do not depend on, instead of an error.

    Returns
    -------
    tuple of Tensor

    Examples
    --------
    The second derivative of x³ at 2 is 12:

    >>> import minidl as md
    >>> x = md.tensor(2.0, requires_grad=True)
    >>> slope, = md.autograd.grad(x**3, x, create_graph=True)
    >>> md.autograd.grad(slope, x)
    (tensor(12.),)
    """
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if grad_outputs is None or isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs] * len(outputs) if grad_outputs is None else [grad_outputs]
    for i, t in enumerate(inputs):
        if not t.requires_grad:
            raise GraphError(
                f"inputs[{i}] does not require a gradient, so no graph leads back to it. "
                "Create it with requires_grad=True, before it is used."
            )
    with set_grad_enabled(create_graph):
        seeds = [_seed(o, g, create_graph) for o, g in zip(outputs, grad_outputs, strict=True)]
        retain_graph = create_graph if retain_graph is None else retain_graph
        found = sweep(outputs, seeds, {holder_of(t) for t in inputs}, retain_graph, create_graph)
    results = []
    for i, t in enumerate(inputs):
        part = found.get(holder_of(t))
        if part is None and not allow_unused:
            raise GraphError(
                f"the outputs do not depend on inputs[{i}] (shape {t.shape}). Pass allow_unused=True to get None for it."
            )
        results.append(part if part is None or isinstance(part, Tensor) else Tensor.wrap(np.array(part)))
    return tuple(results)


def _seed(output, gradient, create_graph):
    """The gradient to start from, checked: of the output's shape and dtype."""
    if not isinstance(output, Tensor):
        raise TypeError(f"backward starts from a minidl tensor, not from a {type(output).__name__}")
    if not output.requires_grad:
        raise GraphError(
            "backward() was called on a tensor that no gradient flows to: nothing it was computed from has "
            "requires_grad=True, or it was computed under no_grad() or after detach()."
        )
    if gradient is None:
        if output.array.size != 1:
            raise ShapeError(
                f"backward() needs one number to start from, and this tensor has shape {output.shape}. "
                "Reduce it first (loss.sum() or loss.mean()), or pass gradient= of that shape."
            )
        seed = np.ones_like(output.array)
        return Tensor.wrap(seed) if create_graph else seed
    gradient = gradient if isinstance(gradient, Tensor) else Tensor(gradient)
    if gradient.shape != output.shape:
        raise ShapeError(f"gradient has shape {gradient.shape}, but the tensor it belongs to has {output.shape}")
    if gradient.array.dtype != output.array.dtype:
        gradient = gradient.to(output.array.dtype)
    return gradient if create_graph else gradient.array


def __getattr__(name):
    """Jacobians, Hessians and checks are built on this module, and found here too."""
    for room, names in LATER.items():
        if name in names:
            return getattr(import_module(f"minidl.{room}"), name)
    raise AttributeError(f"module 'minidl.autograd' has no attribute {name!r}")


LATER = {
    "derivatives": ("jacobian", "hessian", "hvp", "jvp", "vjp", "per_sample_grads"),
    "checking": ("gradcheck", "gradgradcheck"),
}
