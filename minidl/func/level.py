"""One level of nested differentiation: its inputs, and which of its results outer levels may follow."""

from minidl.engine.backward import nodes_behind
from minidl.engine.grad_mode import clock, recorded_if, this_thread
from minidl.engine.saved import args_then
from minidl.engine.tensor import Tensor
from minidl.errors import DtypeError
from minidl.func.trees import leaves, mapped


class Level:
    """A function run on tensors of its own, so that a derivative counts nothing else.

    The tensors it is given are made anew (`track`): an alias of a tensor that others differentiate by, whose graph goes
    on through it, or else a leaf that nobody outside knows. So what was there before and what the function closes over
    stay apart from the arguments. A result is recorded for those outside only if it depends on something of theirs.
    """

    def __init__(self):
        self.recording = this_thread.state.recording  # whether an outer level follows
        self.start = next(clock)
        self.own = {}  # id -> leaf

    def track(self, tree):
        """The tensors of a tree anew, such that a gradient can be asked for."""
        return mapped(self._tracked, tree)

    def _tracked(self, x):
        if not isinstance(x, Tensor):
            raise TypeError(f"a derivative is taken with respect to tensors, and this is a {type(x).__name__}: {x!r:.60}")
        if self.recording and x.requires_grad:
            with recorded_if(True):
                return x.reshape(x.shape)
        leaf = x.detach().requires_grad_()
        self.own[id(leaf)] = leaf
        return leaf

    def run(self, function, *args, **kwargs):
        """Run the function, recorded."""
        with recorded_if(True):
            return function(*args, **kwargs)

    def followed(self, tensors):
        """Whether others can differentiate any of `tensors`."""
        marked = self._marked(tensors)
        return any(self._leads_outside(t, marked) for t in tensors)

    def released(self, tree):
        """Tensors for those outside: with their graph where others can follow it, else without one."""
        marked = self._marked(leaves(tree))
        return mapped(lambda t: t.detach() if isinstance(t, Tensor) and not self._leads_outside(t, marked) else t, tree)

    def _marked(self, tensors):
        """The nodes behind `tensors` that depend on something outside which wants a gradient."""
        marked = set()
        if self.recording:
            tensors = [t for t in tensors if isinstance(t, Tensor) and t.requires_grad]
            for node in reversed(nodes_behind(tensors, self.start)):
                if any(self._leads_outside(a, marked) for a in args_then(node) if isinstance(a, Tensor)):
                    marked.add(node)
        return marked

    def _leads_outside(self, tensor, marked):
        if not self.recording or not tensor.requires_grad:
            return False
        node = tensor.node
        return id(tensor) not in self.own if node is None else node.serial <= self.start or node in marked


def only_tensors(tree, who, floating=False):
    """The leaves of what a function returned; refused unless they are tensors, at least one (of floats if `floating`)."""
    found = leaves(tree)
    if not found:
        raise TypeError(f"{who}: the function returned no tensor")
    for t in found:
        if not isinstance(t, Tensor):
            kind = type(t).__name__
            raise TypeError(f"{who}: the function must return tensors, in dicts, lists or tuples, and returned a {kind}")
        if floating and t.dtype.kind != "f":
            raise DtypeError(f"{who}: only floats have a derivative, and the function returned a tensor of {t.dtype}")
    return found


def split_aux(result, has_aux, who):
    """The result of a function, and what it returned besides (None unless `has_aux`)."""
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"{who}: with has_aux=True the function returns a pair, (result, aux)")
    return result


def chosen(args, argnums):
    """The arguments that `argnums` chooses, as a tuple, and their places."""
    places = (argnums,) if isinstance(argnums, int) else argnums
    if not isinstance(places, tuple) or not all(isinstance(n, int) for n in places) or not places:
        raise TypeError(f"argnums is a number or a tuple of numbers, at least one, not {argnums!r}")
    for n in places:
        if not -len(args) <= n < len(args):
            raise ValueError(f"argnums={n} asks for an argument that is not there: the function was given {len(args)}")
    places = tuple(n % len(args) for n in places)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums names an argument twice: {argnums}")
    return tuple(args[n] for n in places), places


def replaced(args, places, new):
    """The arguments with others in some places."""
    args = list(args)
    for n, a in zip(places, new, strict=True):
        args[n] = a
    return args
