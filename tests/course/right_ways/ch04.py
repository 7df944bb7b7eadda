"""Two ways, or more, to be right in chapter 4."""

import math

import minidl as md


def by_autograd(X, W, b, G):
    """The gradients of a layer with ReLU, found by minidl."""
    inputs = [t.detach().requires_grad_() for t in (X, W, b)]
    return md.autograd.grad((inputs[0] @ inputs[1].T + inputs[2]).relu(), inputs, grad_outputs=G)


RIGHT_WAYS = {
    "ch04.ex1": lambda: [-12, 4 * -3.0],
    "ch04.ex2": lambda: [11, 2 * 3 + 5.0],
    "ch04.ex3": lambda: [(64, 784), [64, 784]],
    "ch04.ex4": lambda: [
        lambda w, x, b: (x / math.cosh(w * x + b) ** 2, w / math.cosh(w * x + b) ** 2, 1 / math.cosh(w * x + b) ** 2),
        lambda w, x, b: [(1 - math.tanh(w * x + b) ** 2) * v for v in (x, w, 1)],
        lambda w, x, b: (1 - math.tanh(w * x + b) ** 2) * md.tensor([x, w, 1.0]),
    ],
    "ch04.ex5": lambda: [
        lambda X, W, G: (G @ W, (X.T @ G).T),
        lambda X, W, G: [(W.T @ G.T).T, G.T @ X],
        lambda X, W, G: (G @ W, md.einsum("nj,ni->ji", G, X)),
    ],
    "ch04.ex6": lambda: [
        lambda X, W, b, G: ((P := md.where(X @ W.T + b > 0, G, 0.0)) @ W, P.T @ X, P.sum(dim=0)),
        by_autograd,
    ],
}
