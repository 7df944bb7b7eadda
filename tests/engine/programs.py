"""Random programs of views, slices and changes in place, which run on minidl and on PyTorch alike.

``run(T, seed)`` makes a program from a seed and runs it on the library `T`: leaves that require a gradient, plain tensors
that are written into, views of both, operations, changes in place.
"""

import math
import random

SHAPES = [(2, 3), (3,), (3, 3), (4,), (2, 2, 3)]


def index(r, x):
    """A random basic index of a tensor."""
    parts = []
    for n in x.shape[: r.randint(1, max(1, len(x.shape)))]:
        kind = r.random()
        if kind < 0.4:
            parts.append(r.randrange(n))
        elif kind < 0.8:
            start = r.randrange(n)
            parts.append(slice(start, r.randint(start + 1, n), r.choice([None, None, 2])))
        else:
            parts.append(slice(None))
    return tuple(parts)


def advanced_index(r, T, x):
    """A random index that copies: rows by number, or a mask."""
    if r.random() < 0.5:
        return T.tensor(r.sample(range(x.shape[0]), r.randint(1, x.shape[0])))
    return x.detach() > 0.1


VIEWS = [
    lambda r, T, x: x[index(r, x)] if x.dim() else x.reshape(1),
    lambda r, T, x: x[index(r, x)] if x.dim() else x.unsqueeze(0),
    lambda r, T, x: x.transpose(0, -1) if x.dim() else x.view(1, 1),
    lambda r, T, x: x.permute(*r.sample(range(x.dim()), x.dim())) if x.dim() else x.unsqueeze(0),
    lambda r, T, x: x.unsqueeze(r.randint(0, x.dim())),
    lambda r, T, x: x.squeeze(),
    lambda r, T, x: x.reshape(-1),
    lambda r, T, x: x.diagonal() if x.dim() >= 2 else x.reshape(-1),
    lambda r, T, x: x.narrow(0, r.randrange(x.shape[0]), 1) if x.dim() else x.view(1),
    lambda r, T, x: x.unsqueeze(0).expand(2, *x.shape),
    lambda r, T, x: x.detach(),
]
UNARY = [
    lambda r, T, x: x * 2,
    lambda r, T, x: x.tanh(),
    lambda r, T, x: x.sin() + 0.1,
    lambda r, T, x: x.clone(),
    lambda r, T, x: (x * x).sum(),
    lambda r, T, x: x.mean(),
    lambda r, T, x: x.flip(0) if x.dim() else x * 1,
    lambda r, T, x: x[advanced_index(r, T, x)].sum() if x.dim() else x + 1,
]
BINARY = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b]
CHANGES = [
    lambda r, T, x: x.mul_(r.choice([0.5, 2.0])),
    lambda r, T, x: x.add_(1.5),
    lambda r, T, x: x.tanh_(),
    lambda r, T, x: x.neg_(),
    lambda r, T, x: x.zero_(),
    lambda r, T, x: x.fill_(0.3),
    lambda r, T, x: x.clamp_(-0.5, 0.8),
    lambda r, T, x: x.masked_fill_(x.detach() > 0.2, 0.7) if 0 not in x.stride() else x.mul_(2.0),
    lambda r, T, x: x.__setitem__(index(r, x), 0.4) if x.dim() else x.mul_(3.0),
]
CHANGES_BY = [
    lambda r, T, x, y: x.add_(y),
    lambda r, T, x, y: x.mul_(y),
    lambda r, T, x, y: x.sub_(y, alpha=2),
    lambda r, T, x, y: x.copy_(y),
    lambda r, T, x, y: x.__iadd__(y),
    lambda r, T, x, y: x.__imul__(y),
    lambda r, T, x, y: x.__setitem__(..., y),
]


def fits(y, x):
    """Whether `y` can be broadcast to the shape of `x`."""
    missing = x.dim() - y.dim()
    return missing >= 0 and all(n in (1, m) for n, m in zip(y.shape, x.shape[missing:], strict=True))


def one_of(r, T, tensors):
    """Do one random thing; a new tensor, or None after a change in place."""
    x, kind = r.choice(tensors), r.random()
    if kind < 0.3:
        return r.choice(VIEWS)(r, T, x)
    if kind < 0.45:
        return r.choice(UNARY)(r, T, x)
    others = [y for y in tensors if fits(y, x)]
    if kind < 0.6:
        return r.choice(BINARY)(x, r.choice(others))
    if kind < 0.75:
        r.choice(CHANGES)(r, T, x)
    elif kind < 0.95:
        y = r.choice(others)
        r.choice(CHANGES_BY)(r, T, x, y)
    else:
        with T.no_grad():
            r.choice(CHANGES)(r, T, x)
    return None


def run(T, seed, create_graph=False):
    """Run program `seed` on library `T`, with gradients that can be differentiated again if `create_graph`.

    Returns
    -------
    status : str
        "fine", or "refused" with the place.
    values : list
        All tensors at the end, as nested lists.
    gradients : list
        Those of the leaves; None where there is none.
    """
    r = random.Random(seed)
    shapes = [r.choice(SHAPES) for _ in range(4)]
    numbers = [[round(r.uniform(-1, 1), 3) for _ in range(math.prod(shape))] for shape in shapes]
    made = [T.tensor(n, dtype=T.float64).reshape(shape).clone() for n, shape in zip(numbers, shapes, strict=True)]
    leaves, plain = [t.requires_grad_() for t in made[:2]], made[2:]
    tensors = [*leaves, *plain, leaves[0] * 1, leaves[1] + 0.0]
    for step in range(r.randint(3, 12)):
        own = random.Random(r.random())  # each step has a stream of its own, so that both libraries stay in step
        try:
            new = one_of(own, T, tensors)
        except (RuntimeError, IndexError):
            return f"refused at step {step}", [], []
        if new is not None and new.numel():
            tensors.append(new)
    loss = sum((t.sin() * (k + 1)).sum() for k, t in enumerate(tensors))
    try:
        loss.backward(create_graph=create_graph)
    except RuntimeError:
        return "refused in the backward pass", [], []
    return "fine", [t.tolist() for t in tensors], [leaf.grad.tolist() for leaf in leaves]


def fingerprint(values):
    """A few numbers that tell nested lists of floats apart: their sum, and two sums with weights."""
    elements = list(_elements(values))
    return [sum(v * w(k) for k, v in enumerate(elements)) for w in (lambda k: 1.0, math.cos, lambda k: math.sin(2 * k))]


def _elements(values):
    if isinstance(values, list):
        for v in values:
            yield from _elements(v)
    else:
        yield values
