"""Two ways, or more, to be right in chapter 6."""

import math

import minidl as md
from minidl import nn

RIGHT_WAYS = {
    "ch06.ex1": lambda: [math.log(4), -md.tensor(0.25).log()],
    "ch06.ex2": lambda: [
        lambda p, y: (p - y).square().mean(),
        nn.functional.mse_loss,
        lambda p, y: (p - y) @ (p - y) / len(p),
    ],
    "ch06.ex3": lambda: [lambda s: s.softmax(dim=1), lambda s: (s - s.logsumexp(dim=1, keepdim=True)).exp()],
    "ch06.ex4": lambda: [
        nn.functional.cross_entropy,
        lambda s, y: (s.logsumexp(dim=1) - s.gather(1, y.unsqueeze(1)).squeeze(1)).mean(),
    ],
    "ch06.ex5": lambda: ["mse", "MSE"],
    "ch06.ex6": lambda: [
        lambda s, y: (s.softmax(dim=1) - nn.functional.one_hot(y, s.shape[1])) / len(y),
        lambda s, y: md.autograd.grad(nn.functional.cross_entropy(t := s.detach().requires_grad_(), y), t)[0],
    ],
}
