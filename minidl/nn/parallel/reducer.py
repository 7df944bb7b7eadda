"""The reducer: gradients become their mean over all processes while the backward pass is still under way.

After a forward pass the reducer finds every place in the graph where a parameter is used, and stands between the node's
pullback and the parameter. What arrives there is added up in the *bucket* of the parameter. When the last use has been
passed the gradient is complete; when all gradients of a bucket are, the sum over the processes begins, and the backward
pass goes on to earlier layers. When it reaches the leaves, the reducer waits for what is still under way.
"""

import numpy as np

from minidl.distributed.group import DistributedError, Group
from minidl.engine.accumulation import Scatter
from minidl.engine.backward import accumulate_grad, matched, nodes_behind
from minidl.engine.saved import args_then
from minidl.engine.tensor import Tensor

BACKWARD = "the backward pass of DistributedDataParallel"
FIRST_BUCKET = 2**20  # bytes: small, so that something travels early (PyTorch's number)


class Bucket:
    """The gradients of some parameters, one behind the other in one array, which travels as one message."""

    def __init__(self, names, parameters):
        ends = np.cumsum([p.numel() for p in parameters]).tolist()
        self.flat = np.zeros(ends[-1], parameters[0].array.dtype)
        self.parts = {
            name: self.flat[end - p.numel() : end].reshape(p.shape)
            for name, p, end in zip(names, parameters, ends, strict=True)
        }

    def begin(self):
        """Forget the pass before."""
        self.flat[...] = 0
        self.waiting, self.request = set(self.parts), None


def buckets_of(named, cap):
    """Parameters by buckets, the last ones first, because their gradients are ready first."""
    groups: list = []
    size = 0
    for name, p in reversed(named.items()):
        limit = min(cap, FIRST_BUCKET) if len(groups) <= 1 else cap
        if not groups or size + p.array.nbytes > limit or groups[-1][0][1].array.dtype != p.array.dtype:
            groups.append([])
            size = 0
        groups[-1].append((name, p))
        size += p.array.nbytes
    return [Bucket(*zip(*group, strict=True)) for group in groups]


class Reducer:
    """Averages the gradients of a model over the processes, bucket by bucket.

    Parameters
    ----------
    named : dict
        The parameters by name.
    world : Group
        The processes.
    cap : int
        The largest bucket, in bytes.
    find_unused : bool
        Whether parameters may be without a gradient.

    Attributes
    ----------
    sent_early : int
        How many buckets began to travel before the last gradient was complete, in the last pass.
    """

    def __init__(self, named, world, cap, find_unused):
        self.named, self.world, self.find_unused = named, world, find_unused
        # other messages may be under way while buckets are
        self.lane = Group(world.MPI, world.comm.Dup(), world.ranks, world.timeout)
        self.names = {id(p): name for name, p in named.items()}
        self.buckets = buckets_of(named, cap)
        self.bucket_of = {name: bucket for bucket in self.buckets for name in bucket.parts}
        self.uses: dict | None = None  # of each parameter, still to come in the pass under way; None between passes
        self.given: set = set()  # names whose gradient the engine takes from the bucket at the end of this pass
        self.sent_early = 0
        for name, p in named.items():
            p.register_hook(lambda g, name=name: self.reached(name))

    def prepare(self, outputs, floor):
        """Find the uses of all parameters behind `outputs`, and stand at each of them."""
        uses = dict.fromkeys(self.named, 0)
        for node in nodes_behind(outputs, floor):
            pulls = node.pullbacks if type(node.pullbacks) is tuple else (node.pullbacks,)
            places = {i: self.names[id(a)] for i, a in enumerate(args_then(node)) if id(a) in self.names}
            if not node.operation.joint:
                places = {i: name for i, name in places.items() if i < len(pulls) and pulls[i] is not None}
            for name in places.values():
                uses[name] += 1
            if places:
                node.pullbacks = self._around(node, pulls, places, uses)
        unused = [name for name, count in uses.items() if not count]
        self._refuse_unused(unused)
        self.uses, self.touched, self.given, self.sent, self.sent_early = uses, set(), set(), 0, 0
        for bucket in self.buckets:
            bucket.begin()
        for name in unused:
            self._complete(name)

    def _around(self, node, pulls, places, uses):
        """The pullbacks of a node with `arrived` between them and the parameters at `places`.

        They stay plain functions: the engine looks into their closures for values that have changed.
        """
        if node.operation.joint:

            def together(g, wanted):
                parts = list(pulls[0](g, wanted))
                for i, name in places.items():
                    parts[i] = self.arrived(name, parts[i], node, uses)
                return tuple(parts)

            return (together,)
        return tuple(
            (lambda g, pull=pull, name=places[i]: self.arrived(name, pull(g), node, uses)) if i in places else pull
            for i, pull in enumerate(pulls)
        )

    def arrived(self, name, part, node, uses: dict):
        """Add a part of a gradient to its bucket. The last one lets the engine have the sum."""
        if uses is not self.uses:
            raise DistributedError(
                "DistributedDataParallel takes one backward pass for each forward pass, the forward pass just before it. "
                "Several batches in one backward pass: join them in one forward pass, or use no_sync()"
            )
        bucket, p = self.bucket_of[name], self.named[name]
        if part is not None:
            part = part.dense() if type(part) is Scatter else part
            bucket.parts[name] += part if part.shape == p.shape else matched(node, part, p)
            self.touched.add(name)
        uses[name] -= 1
        if uses[name]:
            return None
        self._complete(name)
        if name not in self.touched:
            return None
        self.given.add(name)
        return bucket.parts[name]

    def _complete(self, name):
        """A gradient is complete: send its bucket if it was the last, and let those that travel get on."""
        bucket, p = self.bucket_of[name], self.named[name]
        if p.grad is not None:  # of passes without synchronising
            bucket.parts[name] += p.grad.array
            p.grad = None
            self.touched.add(name)
        bucket.waiting.discard(name)
        for travelling in self.buckets[: self.sent]:
            travelling.request.Test()  # MPI moves data only while it is called
        while self.sent < len(self.buckets) and not self.buckets[self.sent].waiting:
            self._send(self.buckets[self.sent])  # in order, so that all processes send the same

    def _send(self, bucket):
        bucket.request = self.lane.comm.Iallreduce(self.world.MPI.IN_PLACE, bucket.flat)
        self.sent += 1
        self.sent_early += any(other.waiting for other in self.buckets)

    def reached(self, name):
        """At a leaf, when the pass is through: its gradient, averaged. None in a pass where nothing is averaged."""
        if self.uses is not None:
            self._finish()
        if name not in self.given:
            return None
        self.given.remove(name)
        return Tensor.wrap(self.bucket_of[name].parts[name])

    def _finish(self):
        """Send what is left, wait for all, and divide by the number of processes."""
        self._refuse_unused([name for name in self.named if name not in self.touched])
        for bucket in self.buckets:
            for name in list(bucket.waiting):
                self._complete(name)
        if self.world.size > 1:
            self.world.agree(BACKWARD)
        for bucket in self.buckets:
            self.lane.wait(bucket.request, BACKWARD)
            bucket.flat /= bucket.flat.dtype.type(self.world.size)
        self.uses = None
        if self.find_unused:
            somewhere = set().union(*self.world.told(self.touched, BACKWARD))
            for name in self.named:  # the engine brings nothing to those that were not used here
                if name in somewhere and name not in self.given:
                    accumulate_grad(self.named[name], np.array(self.bucket_of[name].parts[name]))

    def _refuse_unused(self, names):
        if names and not self.find_unused:
            raise DistributedError(
                f"these parameters have no part in the result, so they get no gradient: {', '.join(names)}.\n"
                "If that is meant: DistributedDataParallel(model, find_unused_parameters=True)"
            )
