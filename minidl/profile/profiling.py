"""A model's forward and backward pass, operation by operation: arithmetic, bytes, time."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from minidl.engine.grad_mode import this_thread
from minidl.engine.operation import Node
from minidl.engine.saved import saved_arrays
from minidl.engine.tensor import Tensor
from minidl.engine.watching import Observer, observed
from minidl.errors import MinidlError
from minidl.profile.costs import backward_flops, flops


@dataclass
class Entry:
    """One operation, forward or backward.

    Attributes
    ----------
    module : str
        The dotted name of the module in which it ran; "" is the model itself.
    operation, direction : str
        Its name, and "forward" or "backward".
    flops, bytes : int
        Its arithmetic; what it has to read and write at least, if nothing were in a cache.
    kept : int
        Bytes that are kept for the gradient (forward).
    seconds : float
        The shortest time of all runs.
    """

    module: str
    operation: str
    direction: str
    flops: int
    bytes: int
    kept: int = 0
    seconds: float = float("inf")


class Profile:
    """What `profile` found.

    Attributes
    ----------
    entries : list of Entry
        All operations in the order in which they ran.
    kinds : dict
        The dotted name of each module -> its class.
    """

    def __init__(self, entries, kinds):
        self.entries, self.kinds = entries, kinds

    def flops(self, direction=None):
        """The arithmetic, of one direction or of both."""
        return sum(e.flops for e in self.entries if direction in (None, e.direction))

    def kept(self):
        """How many bytes wait for the backward pass when the forward pass is over."""
        return sum(e.kept for e in self.entries)

    def layers(self):
        """What each module did by itself, without its parts.

        Returns
        -------
        list of dict
            "module", "kind", "forward" and "backward" (FLOPs), "bytes", "kept", "seconds", and "intensity": FLOPs for
            each byte.
        """
        rows: dict = {}
        for e in self.entries:
            row = rows.setdefault(
                e.module,
                {
                    "module": e.module or "(model)",
                    "kind": self.kinds[e.module],
                    "forward": 0,
                    "backward": 0,
                    "bytes": 0,
                    "kept": 0,
                    "seconds": 0.0,
                },
            )
            row[e.direction] += e.flops
            row["bytes"] += e.bytes
            row["kept"] += e.kept
            row["seconds"] += e.seconds
        for row in rows.values():
            row["intensity"] = (row["forward"] + row["backward"]) / max(1, row["bytes"])
        return list(rows.values())

    def __repr__(self):
        head = ["module", "kind", "forward", "backward", "moved", "kept", "FLOP/byte"]
        rows = [
            [
                r["module"],
                r["kind"],
                f"{r['forward'] / 1e6:,.2f}",
                f"{r['backward'] / 1e6:,.2f}",
                f"{r['bytes'] / 1e6:,.2f}",
                f"{r['kept'] / 1e6:,.2f}",
                f"{r['intensity']:.1f}",
            ]
            for r in self.layers()
        ]
        total = ["together", "", f"{self.flops('forward') / 1e6:,.2f}", f"{self.flops('backward') / 1e6:,.2f}"]
        total += [f"{sum(e.bytes for e in self.entries) / 1e6:,.2f}", f"{self.kept() / 1e6:,.2f}", ""]
        wide = [max(map(len, column)) for column in zip(head, *rows, total, strict=True)]
        line = lambda row: "  ".join(
            text.ljust(w) if i < 2 else text.rjust(w) for i, (text, w) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        return "\n".join([line(head), *map(line, rows), line(total), "forward, backward in MFLOP; moved, kept in MB"])


def profile(model, *inputs, loss=None, repeat=3):
    """Run a model forwards and backwards, and note what each operation costs.

    Parameters
    ----------
    model : Module or function
    inputs : Tensor
        What it is called with.
    loss : function, optional
        The output -> the number from which backward starts; the sum unless given.
    repeat : int
        How many runs; the shortest time of each operation counts. Gradients are left as they were.

    Returns
    -------
    Profile

    Examples
    --------
    >>> import minidl as md
    >>> profile(md.nn.Linear(100, 10), md.zeros(50, 100))  # of 50 rows only the gradient of the weight is wanted
    module    kind    forward  backward  moved  kept  FLOP/byte
    (model)   Linear     0.10      0.10   0.06  0.02        3.6
    together             0.10      0.10   0.06  0.02
    forward, backward in MFLOP; moved, kept in MB
    """
    if repeat < 1:
        raise ValueError(f"repeat is at least 1, and is {repeat}")
    modules = dict(model.named_modules()) if hasattr(model, "named_modules") else {"": model}
    parameters = list(model.parameters()) if hasattr(model, "parameters") else []
    grads = [p.grad for p in parameters]
    runs = []
    try:
        for _ in range(repeat):
            for p in parameters:
                p.grad = None
            runs.append(_one_run(model, inputs, loss, {id(m): name for name, m in modules.items()}))
    finally:
        for p, g in zip(parameters, grads, strict=True):
            p.grad = g
    entries = runs[0]
    for same in zip(*runs, strict=True):
        same[0].seconds = min(e.seconds for e in same)
    return Profile(entries, {name: type(m).__name__ for name, m in modules.items()})


def _one_run(model, inputs, loss, names):
    """The entries of one forward and backward pass; what belongs to the loss is left out."""
    clock = _Clock(names)
    with observed(clock):
        clock.begin()
        out = model(*inputs)
        clock.end()
        if not isinstance(out, Tensor):
            raise MinidlError(f"a profile needs a model that returns a tensor, and this one returned a {type(out).__name__}")
        clock.listening = False
        start = out.sum() if loss is None else loss(out)
        clock.listening = True
        if start.requires_grad:
            clock.begin()
            start.backward()
            clock.end()
    return clock.entries


class _Clock(Observer):
    """Notes each operation, and the time since the one before."""

    def __init__(self, names):
        self.names, self.entries, self.listening = names, [], True
        self.made: dict = {}  # node -> what its gradients cost
        self.seen: set = set()  # memory that is kept already
        self.last, self.waiting = 0.0, None

    def begin(self):
        self.last, self.waiting = perf_counter(), None

    def end(self):
        """The last gradient is through."""
        self._passed(perf_counter())

    def ran(self, operation, args, kwargs, arrays, out):
        now = perf_counter()
        if not self.listening:
            return
        given = [a for a in arrays if isinstance(a, np.ndarray)]
        wanted = [isinstance(a, Tensor) and a.requires_grad for a, b in zip(args, arrays, strict=False) if _is_array(b)]
        shapes, module = [a.shape for a in given], self._module()
        moved = 0 if operation.view else sum(a.nbytes for a in given) + out.array.nbytes
        entry = Entry(module, operation.name, "forward", flops(operation.name, shapes, out.shape, kwargs), moved)
        entry.seconds = now - self.last
        self.entries.append(entry)
        if out.node is not None:
            entry.kept = self._kept(out.node)
            cost = backward_flops(operation.name, shapes, out.shape, wanted, kwargs)
            back = sum(a.nbytes for a, want in zip(given, wanted, strict=False) if want)
            self.made[out.node] = Entry(module, operation.name, "backward", cost, moved + back if not operation.view else 0)
        self.last = perf_counter()

    def pulled(self, slot, g):
        now = perf_counter()
        self._passed(now)
        self.waiting = self.made.get(slot) if isinstance(slot, Node) else None
        self.last = perf_counter()

    def _passed(self, now):
        """The gradients of the node before are done."""
        if self.waiting is not None:
            self.waiting.seconds = now - self.last
            self.entries.append(self.waiting)
            self.waiting = None

    def _module(self):
        call = this_thread.state.module_call
        while call is not None and id(call[1]) not in self.names:
            call = call[0]
        return self.names[id(call[1])] if call is not None else ""

    def _kept(self, node):
        """The bytes that the pullbacks of a node hold, and that none before it held."""
        total = 0
        for pull in node.pullbacks if type(node.pullbacks) is tuple else (node.pullbacks,):
            for array in saved_arrays(pull, set()):
                memory = array
                while isinstance(memory.base, np.ndarray):
                    memory = memory.base
                if id(memory) not in self.seen:
                    self.seen.add(id(memory))
                    total += min(array.nbytes, memory.nbytes)  # a batch may be a view of a whole data set
        return total


def _is_array(value):
    return isinstance(value, np.ndarray)
