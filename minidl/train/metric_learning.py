"""Metric learning: embeddings in which what is alike lies close together.

A loss of pairs, and a miner, which finds the triplets from which `nn.TripletMarginLoss` has something to learn.
"""

import numpy as np

from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError, aligned
from minidl.ops.loss import pairwise_distance, reduced
from minidl.train.metrics import array_of

KINDS = ("semi-hard", "hard", "all")


def contrastive_loss(x1, x2, same, margin=1.0, reduction="mean"):
    r"""Contrastive loss: pulls pairs of the same together, and pushes others apart until `margin` lies between them.

    .. math:: \tfrac12 \left( s\,d^2 + (1 - s) \max(0, m - d)^2 \right), \quad d = \lVert x_1 - x_2 \rVert

    Parameters
    ----------
    x1, x2 : Tensor, shape (N, D)
    same : Tensor, shape (N,)
        1 where the two belong together, 0 where they do not.
    margin : float
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ShapeError
        When there is not one answer for each pair.
    ValueError
        For a margin that is not above 0.

    References
    ----------
    Hadsell, Chopra and LeCun (2006), *Dimensionality Reduction by Learning an Invariant Mapping*.

    Examples
    --------
    >>> import minidl as md
    >>> here, there = md.tensor([[0.0, 0.0]]), md.tensor([[0.3, 0.4]])
    >>> contrastive_loss(here, there, md.tensor([1])), contrastive_loss(here, there, md.tensor([0]), margin=2.0)
    (tensor(0.1250), tensor(1.1250))
    """
    if margin <= 0:
        raise ValueError(f"contrastive_loss: the margin must be above 0, and is {margin}")
    if x1.ndim != 2 or x1.shape != x2.shape or same.shape != x1.shape[:1]:
        shapes = aligned([("x1", x1.shape), ("x2", x2.shape), ("same", same.shape)])
        raise ShapeError(f"contrastive_loss needs pairs of embeddings (N, D), and one answer (N,) for each\n{shapes}")
    distance = pairwise_distance(x1, x2)
    same = same.to(distance.dtype)
    far = (margin - distance).clamp_min(0.0)
    return reduced((same * distance * distance + (1 - same) * far * far) / 2, reduction)


def mine_triplets(embeddings, labels, kind="semi-hard", margin=1.0):
    """Find triplets (anchor, positive, negative) in a batch.

    Parameters
    ----------
    embeddings : Tensor, shape (N, D)
    labels : Tensor, shape (N,)
        Those with the same label belong together.
    kind : {"semi-hard", "hard", "all"}
        "semi-hard": for each pair of the same, the nearest other that is farther than the positive, but not by the margin
        (Schroff et al. 2015). "hard": for each anchor its farthest positive and its nearest negative (Hermans et al.
        2017). "all": every triplet whose loss is above 0.
    margin : float
        That of the loss.

    Returns
    -------
    (Tensor, Tensor, Tensor)
        The numbers of the anchors, of the positives and of the negatives, (M,) each; M is 0 where there is nothing to learn.

    Raises
    ------
    ShapeError
        When there is not one label for each embedding.
    ValueError
        For another kind, or a margin that is not above 0.

    Examples
    --------
    >>> import minidl as md
    >>> embeddings = md.tensor([[0.0], [1.0], [1.5], [9.0]])
    >>> mine_triplets(embeddings, md.tensor([0, 0, 1, 2]))
    (tensor([0]), tensor([1]), tensor([2]))
    """
    points, labels = array_of(embeddings), array_of(labels)
    if points.ndim != 2 or labels.shape != points.shape[:1]:
        shapes = aligned([("embeddings", points.shape), ("labels", labels.shape)])
        raise ShapeError(f"mine_triplets needs embeddings (N, D), and one label (N,) for each\n{shapes}")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, KINDS))}, not {kind!r}")
    if margin <= 0:
        raise ValueError(f"mine_triplets: the margin must be above 0, and is {margin}")
    distance = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    alike = labels[:, None] == labels[None]
    mine = {"semi-hard": _semi_hard, "hard": _hard, "all": _all}[kind]
    return tuple(map(Tensor.wrap, mine(distance, alike & ~np.eye(len(labels), dtype=bool), ~alike, margin)))


def _semi_hard(distance, positive, negative, margin):
    anchor, other = np.nonzero(positive)
    near = distance[anchor, other][:, None]
    usable = negative[anchor] & (distance[anchor] > near) & (distance[anchor] < near + margin)
    nearest = np.where(usable, distance[anchor], np.inf).argmin(1)
    found = usable.any(1)
    return anchor[found], other[found], nearest[found]


def _hard(distance, positive, negative, margin):
    farthest = np.where(positive, distance, -np.inf).argmax(1)
    nearest = np.where(negative, distance, np.inf).argmin(1)
    found = np.nonzero(positive.any(1) & negative.any(1))[0]
    return found, farthest[found], nearest[found]


def _all(distance, positive, negative, margin):
    learn = positive[:, :, None] & negative[:, None, :] & (distance[:, :, None] + margin > distance[:, None, :])
    return np.nonzero(learn)
