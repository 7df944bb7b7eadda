"""A softmax over very many classes that looks closely only where it must."""

from collections import namedtuple

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import OutOfRangeError, ShapeError, aligned
from minidl.nn.container import ModuleList, Sequential
from minidl.nn.linear import Linear
from minidl.nn.module import Module
from minidl.ops.activation import log_softmax
from minidl.ops.shape import cat

ASMoutput = namedtuple("ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """The logarithm of a softmax over classes sorted by how often they come, the most frequent first.

    The head knows the frequent classes, and one entry for each cluster of rarer ones; a cluster has a small network of its
    own, narrower the rarer its classes, which runs only for the examples that belong to it.

    Parameters
    ----------
    in_features, n_classes : int
    cutoffs : sequence of int
        Where clusters begin, rising: ``[10, 100]`` of 1,000 classes leaves 10 to the head and makes clusters of 90 and 900.
    div_value : float
        How much narrower each cluster's network is than the one before.
    head_bias : bool

    Raises
    ------
    ValueError
        For cutoffs that do not rise between 1 and ``n_classes - 1``.

    References
    ----------
    Grave et al. (2017), *Efficient softmax approximation for GPUs*.
    """

    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs or any(a >= b or a != int(a) for a, b in zip([0, *cutoffs], [*cutoffs, n_classes], strict=True)):
            raise ValueError(f"cutoffs are whole numbers that rise between 1 and n_classes - 1, not {cutoffs}")
        made = {"device": device, "dtype": dtype}
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            width, classes = int(in_features // div_value ** (i + 1)), self.cutoffs[i + 1] - self.cutoffs[i]
            narrow = Linear(in_features, width, bias=False, **made)
            self.tail.append(Sequential(narrow, Linear(width, classes, bias=False, **made)))

    def reset_parameters(self):
        """Draw new initial values."""
        self.head.reset_parameters()
        for narrow, wide in self.tail:
            narrow.reset_parameters()
            wide.reset_parameters()

    def forward(self, input_, target_):
        """The log-probability of the target of each example, and minus their mean.

        Parameters
        ----------
        input_ : Tensor, shape (N, in_features), or (in_features,)
        target_ : Tensor, shape (N,), or ()

        Returns
        -------
        output : Tensor, shape (N,), or ()
        loss : Tensor, shape ()

        Raises
        ------
        ShapeError
            When there is not one target for each example.
        OutOfRangeError
            For a target that is no class.
        """
        if target_.ndim > 1 or input_.ndim != target_.ndim + 1 or input_.shape[:-1] != target_.shape:
            shapes = aligned([("input", input_.shape), ("target", target_.shape)])
            raise ShapeError(f"AdaptiveLogSoftmaxWithLoss takes one target for each example\n{shapes}")
        x, target = input_.reshape(-1, self.in_features), target_.array.reshape(-1)
        if target.size and not (target.min() >= 0 and target.max() < self.n_classes):
            raise OutOfRangeError(
                f"targets are classes from 0 to {self.n_classes - 1}, not {target.min()} to {target.max()}"
            )
        cluster = np.searchsorted(self.cutoffs, target, side="right")  # 0: the head itself knows the class
        entry = np.where(cluster == 0, target, self.shortlist_size + cluster - 1)
        output = log_softmax(self.head(x), 1).gather(1, Tensor.wrap(entry[:, None])).squeeze(1)
        for i, network in enumerate(self.tail):
            (rows,) = np.nonzero(cluster == i + 1)
            if len(rows):
                inside = Tensor.wrap(target[rows, None] - self.cutoffs[i])
                share = log_softmax(network(x[rows]), 1).gather(1, inside).squeeze(1)
                output = output.index_add(0, Tensor.wrap(rows), share)
        return ASMoutput(output.reshape(target_.shape), -output.mean())

    def log_prob(self, input):
        """The log-probabilities of all classes: (N, in_features) to (N, n_classes)."""
        head = log_softmax(self.head(input), 1)
        clusters = [
            log_softmax(network(input), 1) + head[:, self.shortlist_size + i].unsqueeze(1)
            for i, network in enumerate(self.tail)
        ]
        return cat([head[:, : self.shortlist_size], *clusters], 1)

    def predict(self, input):
        """The most probable class of each example: (N, in_features) to (N,).

        Where the head's best entry is a class, no cluster is asked.
        """
        head = self.head(input)
        best = head.argmax(1)
        (rows,) = np.nonzero(best.array >= self.shortlist_size)
        if len(rows):
            best = best.index_copy(0, Tensor.wrap(rows), self.log_prob(input[rows]).argmax(1))
        return best
