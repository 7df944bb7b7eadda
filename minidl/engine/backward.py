r"""The backward pass: from the gradient of a result to the gradients of everything it was computed from.

`backward` visits the nodes from the latest to the earliest (their serial numbers, never recursion).
At each it completes the gradient, passes it back through the node's pullbacks, adds what arrives at
the inputs, and frees the node.

A gradient that is to be differentiated again (``create_graph=True``) comes from the *same rule*,
run on Tensors instead of arrays: NumPy's functions, called on Tensors, are operations themselves.

References
----------
Griewank & Walther (2008), *Evaluating Derivatives*, chapter 3 (the reverse mode).
"""

from heapq import heapify, heappop, heappush
from operator import attrgetter

import numpy as np

from minidl.engine.accumulation import Scatter, Totals
from minidl.engine.broadcasting import repeats, unbroadcast
from minidl.engine.changes import changes
from minidl.engine.conversion import as_array
from minidl.engine.grad_mode import clock, recorded_if, this_thread
from minidl.engine.operation import Node
from minidl.engine.saved import args_then, refuse_if_arguments_changed, refuse_if_pullbacks_hold_changed_values
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError, GraphError, ShapeError


def run_backward(outputs, seeds, targets=None, retain_graph=False, create_graph=False, floor=0):
    """Carry the gradients `seeds` from `outputs` back through the graph.

    A gradient on its way is gathered at its *grad slot*: the node that made the tensor, or the tensor itself if it
    is a leaf.

    Parameters
    ----------
    outputs : list of Tensor
    seeds : list of ndarray (of Tensor when `create_graph`)
        The gradient of each output, of its shape.
    targets : set of grad slots, optional
        Nodes and leaf tensors whose gradients are asked for. All leaves without it.
    floor : int
        Nodes with a serial number up to this are not entered: a second derivative goes back through the small operations
        that were just run in place of a fused one, and not beyond.

    Returns
    -------
    Totals
        Grad slot -> gradient, of the targets that were reached.
    """
    totals, found, observers = Totals(), Totals(), this_thread.state.observers
    for output, seed in zip(outputs, seeds, strict=True):
        totals.add(grad_slot(output), seed)
    ahead = [(-slot.serial, slot) for slot in totals if type(slot) is Node]  # a heap: the latest first
    heapify(ahead)
    needed = set() if targets is None else _leading_to(targets, nodes_behind(outputs, floor))
    while ahead:
        node = heappop(ahead)[1]
        g = totals.pop(node)  # complete: whatever used the result came later, and was visited before
        if node.hooks or observers:
            g = _shown(node, g, observers)
        if targets is not None:
            if node in targets:
                found.add(node, g)
            if node not in needed:
                continue
        for a, pull in pullbacks_of(node, g, targets, needed, create_graph):
            if pull is None or not isinstance(a, Tensor) or not a._requires_grad:
                continue
            part = pull(g)
            if part is None:
                continue
            array = a.array
            if part.dtype is not array.dtype or part.shape != array.shape:
                part = matched(node, part, a)
            made_by = a.node
            slot = a if made_by is None else made_by
            if slot in totals:
                totals.add(slot, part)
            else:
                totals[slot] = part.dense() if type(part) is Scatter else part
                if made_by is not None and made_by.serial > floor:
                    heappush(ahead, (-made_by.serial, made_by))
        if not retain_graph:
            node.pullbacks, node.args, node.kwargs = None, (), None  # let go of everything that was kept
    for slot in totals:  # leaves, and nodes below the floor
        if (slot.hooks or observers) and (targets is None or slot in targets):
            totals[slot] = _shown(slot, totals[slot], observers)
    if targets is None:
        return totals
    for slot in targets.intersection(totals):
        found.add(slot, totals.pop(slot))
    return found


def grad_slot(tensor):
    """Where the gradient of a tensor is gathered: at its node, or at the tensor itself if it is a leaf."""
    return tensor if tensor.node is None else tensor.node


def nodes_behind(tensors, floor=0):
    """Every node that led to `tensors` and has a serial number above `floor`, latest first."""
    stack = [t.node for t in tensors if t.node is not None and t.node.serial > floor]
    seen = set(stack)
    for node in stack:  # the list grows while it is walked
        for a in args_then(node):
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
        for a in args_then(node):
            if isinstance(a, Tensor) and a.requires_grad:
                slot = grad_slot(a)
                if slot in targets or slot in needed:
                    needed.add(node)
                    break
    return needed


def pullbacks_of(node, g, targets=None, needed=None, create_graph=False):
    """Pairs of an argument of a node and the function that gives its gradient (None where none is wanted)."""
    pullbacks = node.pullbacks
    if pullbacks and targets is None and not create_graph and changes.latest < node.serial and not node.operation.joint:
        return zip(node.args, pullbacks) if type(pullbacks) is tuple else ((node.args[0], pullbacks),)  # noqa: B905
    return _checked_pullbacks(node, g, targets, needed, create_graph)


def _checked_pullbacks(node, g, targets, needed, create_graph):
    """The general case of `pullbacks_of`: memory was changed, some gradients or second derivatives are wanted."""
    _refuse_if_freed(node)
    operation, pullbacks, args = node.operation, node.pullbacks, args_then(node)
    if changes.latest > node.serial:
        refuse_if_pullbacks_hold_changed_values(node, args)
    wanted = [isinstance(a, Tensor) and a.requires_grad for a in args]
    if targets is not None:
        wanted = [w and (grad_slot(a) in targets or grad_slot(a) in needed) for w, a in zip(wanted, args, strict=True)]
    if create_graph:
        refuse_if_arguments_changed(node, args)
        if operation.composed is not None:
            return _given(args, _through_composition(node, args, g, wanted))
        pullbacks = _pullbacks_on_tensors(node, args, g)
    if type(pullbacks) is not tuple:
        pullbacks = (pullbacks,)
    if operation.joint:
        parts = pullbacks[0](g, wanted)
        return _given(args, [part if want else None for part, want in zip(parts, wanted, strict=False)])
    return [(a, pull) for a, pull, want in zip(args, pullbacks, wanted, strict=False) if want and pull is not None]


def _refuse_if_freed(node):
    """Raise GraphError when the graph was freed."""
    if not node.args:
        raise GraphError(
            f"this graph was already used: backward frees the graph as it goes, and {node.operation.name!r} is gone.\n"
            "To go through it twice, say so the first time: loss.backward(retain_graph=True)\n"
            "If a part of it comes from an earlier step, such as a hidden state, leave that step behind: h = h.detach()"
        )


def _pullbacks_on_tensors(node, args, g):
    """The pullbacks of a node made anew by running its rule on Tensors, so that what they do is recorded."""
    operation = node.operation
    if operation.once_differentiable:
        raise GraphError(
            f"{operation.name!r} has a first derivative and no second here: its gradient cannot be part of a graph "
            "(create_graph=True)."
        )
    args = list(args)
    for i, a in enumerate(args[: operation.operands] if operation.promote else ()):
        if isinstance(a, int | float):
            args[i] = g.dtype.type(a)  # as precise as the tensors
    return operation.rule(*args, **node.kwargs)[1:]


def _given(args, parts):
    """Gradients that are known already, wrapped in functions that return them."""
    return [(a, lambda g, part=part: part) for a, part in zip(args, parts, strict=False) if part is not None]


def _through_composition(node, args, g, wanted):
    """The gradients of a fused operation as differentiable tensors, by way of the small operations."""
    start = next(clock)
    with recorded_if(True):
        out = node.operation.composed(*args, **node.kwargs)
        if out.node is None:
            return [None] * len(wanted)
        targets = {grad_slot(a) for a, want in zip(args, wanted, strict=True) if want}
        found = run_backward([out], [g], targets, retain_graph=True, create_graph=True, floor=start)
    parts, given = [], set()
    for a, want in zip(args, wanted, strict=True):
        slot = grad_slot(a) if want else None
        parts.append(None if slot in given else found.get(slot))  # the same tensor twice: once is the sum
        given.add(slot)
    return parts


def matched(node, part, a):
    """A gradient in the shape and dtype of its tensor, summed where broadcasting had repeated the tensor.

    Any other wrong shape is a mistake in the rule, and never let through.
    """
    if a.array.dtype.kind != "f":
        raise DtypeError(
            f"a tensor of {a.array.dtype} was told to require a gradient, and has none: the slope of a step from one whole "
            "number to the next is not defined. Did you mean x.float() ?"
        )
    if part.shape != a.array.shape:
        if not node.operation.broadcasts or not repeats(a.array.shape, part.shape):
            raise ShapeError(
                f"the rule of {node.operation.name!r} gave a gradient of shape {part.shape} for an input of shape "
                f"{a.array.shape}. A pullback must return the shape of its input; if the operation broadcasts its "
                "arguments, say so with broadcasts=True."
            )
        part = unbroadcast(part, a.array.shape)
    if part.dtype == a.array.dtype:
        return part
    if type(part) is Scatter:
        return part.dense().astype(a.array.dtype)
    return part.astype(a.array.dtype) if not isinstance(part, Tensor) else part.to(a.array.dtype)


def _shown(slot, g, observers):
    """A complete gradient, after hooks have seen (and perhaps replaced) it and observers were told."""
    if slot.hooks:
        g = _call_hooks(slot.hooks, g)
    for observer in observers:
        observer.pulled(slot, g)
    return g


def _call_hooks(hooks, g):
    """Show a gradient to each hook; what a hook returns, of the same shape and dtype, replaces it."""
    as_tensor = g if isinstance(g, Tensor) else Tensor.wrap(g)
    for hook in list(hooks):
        replaced = hook(as_tensor)
        if replaced is None:
            continue
        if not isinstance(replaced, Tensor):
            raise TypeError(f"a hook returns a gradient as a Tensor, or None to leave it, not a {type(replaced).__name__}")
        if replaced.shape != as_tensor.shape or replaced.dtype != as_tensor.dtype:
            raise ShapeError(
                f"a hook was shown a gradient of shape {as_tensor.shape} and dtype {as_tensor.dtype}, and returned one of "
                f"shape {replaced.shape} and dtype {replaced.dtype}. A replacement needs the same shape and dtype."
            )
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
        Keep the graph for another backward pass. As `create_graph` unless given.
    create_graph : bool
        Record the pass itself, so that the gradients can be differentiated.
    inputs : Tensor or sequence of Tensor, optional
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
    backward_from([tensor], [gradient], retain_graph, create_graph, inputs)


def backward_from(outputs, gradients, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradients of `outputs`, in one backward pass, to the ``grad`` of leaves, or of `inputs`: see `backward`."""
    retain_graph = create_graph if retain_graph is None else retain_graph
    if inputs is not None:
        inputs = _tensors(inputs, "inputs")
    targets = None if inputs is None else {grad_slot(t) for t in inputs}
    state = this_thread.state
    before, state.recording = state.recording, create_graph  # `recorded_if`, written out: small graphs feel the difference
    try:
        seeds = [_seed(o, g, create_graph) for o, g in zip(outputs, gradients, strict=True)]
        found = run_backward(outputs, seeds, targets, retain_graph, create_graph)
        of_node = {} if inputs is None else {t.node: t for t in inputs if t.node is not None}
        for slot in list(found):
            accumulate_grad(of_node.get(slot, slot), found.take(slot))
    finally:
        state.recording = before


def accumulate_grad(leaf, part):
    """Add `part` to ``leaf.grad``: in place where a gradient is there already and no graph uses it."""
    before = leaf._grad
    if isinstance(part, Tensor):
        leaf._grad = part if before is None else before + part
    elif before is None:
        leaf._grad = Tensor.wrap(part)
    elif before.requires_grad:
        leaf._grad = Tensor.wrap(before.array + part)
    else:
        changes.mark(before.array)
        before.array += part


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """The gradients of `outputs` with respect to `inputs`, returned instead of stored.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
    inputs : Tensor, or sequence or dict of Tensor
    grad_outputs : Tensor or sequence of Tensor or None, optional
        The gradient to start from at each output; None for an output with one element.
    retain_graph, create_graph : bool
        As in `backward`.
    only_inputs : bool
        Changes nothing: other leaves get no gradient.
    allow_unused : bool
        Give None for an input that the outputs do not depend on, instead of an error.
    is_grads_batched : bool
        Refused when True.
    materialize_grads : bool
        Give zeros for an input that the outputs do not depend on.

    Returns
    -------
    tuple of Tensor, or dict of Tensor if the inputs are one

    Raises
    ------
    GraphError
        No graph leads from an output to an input, or it was freed.

    Examples
    --------
    The second derivative of x³ at 2 is 12:

    >>> import minidl as md
    >>> x = md.tensor(2.0, requires_grad=True)
    >>> slope, = md.autograd.grad(x**3, x, create_graph=True)
    >>> md.autograd.grad(slope, x)
    (tensor(12.),)
    """
    if is_grads_batched:
        raise GraphError(
            "is_grads_batched=True is not supported: a backward pass carries one gradient for each output. "
            "Call grad once for each gradient of the batch, with retain_graph=True, or see minidl.func.jacrev"
        )
    if materialize_grads and allow_unused is False:
        raise ValueError("materialize_grads=True gives zeros for unused inputs, and allow_unused=False refuses them")
    allow_unused = allow_unused or materialize_grads
    names = list(inputs) if isinstance(inputs, dict) else None
    inputs = _tensors(inputs if names is None else inputs.values(), "inputs")
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    if grad_outputs is None or isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs] * len(outputs) if grad_outputs is None else [grad_outputs]
    refuse_other_number(outputs, grad_outputs)
    for i, t in enumerate(inputs):
        if not t.requires_grad:
            raise GraphError(
                f"inputs[{i}] does not require a gradient, so no graph leads back to it. "
                "Create it with requires_grad=True, before it is used."
            )
    state = this_thread.state
    before, state.recording = state.recording, create_graph
    try:
        seeds = [_seed(o, g, create_graph) for o, g in zip(outputs, grad_outputs, strict=True)]
        retain_graph = create_graph if retain_graph is None else retain_graph
        found = run_backward(outputs, seeds, {grad_slot(t) for t in inputs}, retain_graph, create_graph)
    finally:
        state.recording = before
    results = []
    for i, t in enumerate(inputs):
        part = found.get(grad_slot(t))
        if part is None and not allow_unused:
            raise GraphError(
                f"the outputs do not depend on inputs[{i}] (shape {t.shape}). Pass allow_unused=True to get None for it."
            )
        if part is None and materialize_grads:
            part = np.zeros_like(t.array)
        results.append(part if part is None or isinstance(part, Tensor) else Tensor.wrap(np.array(part)))
    return tuple(results) if names is None else dict(zip(names, results, strict=True))


def _tensors(given, name):
    """A list of tensors, at least one."""
    tensors = [given] if isinstance(given, Tensor) else list(given)
    if not tensors:
        raise GraphError(f"{name} is empty, so there is no gradient to find")
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise TypeError(f"{name} must be tensors, and {name}[{i}] is a {type(t).__name__}")
    return tensors


def refuse_other_number(outputs, gradients):
    """Raise GraphError unless there is a gradient, or None, for each output."""
    if len(outputs) != len(gradients):
        raise GraphError(
            f"there are {len(outputs)} tensors to start from and {len(gradients)} gradients: each needs its own, "
            "or None if it has one element"
        )


def _seed(output, gradient, create_graph):
    """The gradient to start from, checked: of the output's shape and dtype."""
    if not isinstance(output, Tensor):
        raise TypeError(f"backward starts from a minidl tensor, not from a {type(output).__name__}")
    if not output.requires_grad:
        raise GraphError(
            "backward() was called on a tensor that no gradient flows to: nothing it was computed from has "
            "requires_grad=True, or it was computed under no_grad() or after detach(). md.is_grad_enabled() says whether "
            "operations are recorded now; md.set_grad_enabled(True) switches that on again."
        )
    if gradient is None:
        if output.array.size != 1:
            raise ShapeError(
                f"backward() needs one number to start from, and this tensor has shape {output.shape}. "
                "Reduce it first (loss.sum() or loss.mean()), or pass gradient= of that shape."
            )
        seed = np.ones_like(output.array)
        return Tensor.wrap(seed) if create_graph else seed
    gradient = gradient if isinstance(gradient, Tensor) else Tensor.wrap(as_array(gradient, copy=True))
    if gradient.shape != output.shape:
        raise ShapeError(f"gradient has shape {gradient.shape}, but the tensor it belongs to has {output.shape}")
    if gradient.array.dtype != output.array.dtype:
        gradient = gradient.to(output.array.dtype)
    return gradient if create_graph else gradient.array


Tensor.backward = backward
