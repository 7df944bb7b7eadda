"""Two ways, or more, to be right in chapter 24."""

import math

import minidl as md
from minidl import nn
from minidl.distributions import Normal, kl_divergence
from minidl.vision.diffusion import add_noise


class Best(nn.Module):
    """The best velocity for a finite set of points, without training: each weighs as much as it explains what is seen."""

    def __init__(self, points):
        super().__init__()
        self.points = points

    def forward(self, x, t):
        """Velocities (N, 2) of points (N, 2) at times (N,)."""
        a = (t * math.pi / 2)[:, None]
        away = (x[:, None] - a[:, None].cos() * self.points).norm(dim=2)
        weights = (-0.5 * (away / a.sin()) ** 2).softmax(dim=1)
        data = weights @ self.points
        return (x * a.cos() - data) / a.sin()


def best(seed, count):
    """The best model for some points of the rings."""
    return Best(md.data.circles(count, generator=md.Generator().manual_seed(seed))[:][0] * 1.5)


def by_library(mean, log_variance):
    """The divergence as the library computes it."""
    own = Normal(mean, (log_variance / 2).exp())
    return kl_divergence(own, Normal(mean * 0, md.ones(1))).sum(dim=1)


RIGHT_WAYS = {
    "ch24.ex1": lambda: [1.3068528, 2 - math.log(2)],
    "ch24.ex2": lambda: [1 - math.sqrt(3) / 2, add_noise(md.tensor([2.0]), md.tensor([-1.0]), md.tensor([2 / 3])).item()],
    "ch24.ex3": lambda: [
        by_library,
        lambda mean, log_variance: (mean**2 + md.exp(log_variance) - log_variance - 1).sum(-1) / 2,
    ],
    "ch24.ex4": lambda: [
        lambda seen, slope, t: seen * (t * math.pi / 2).cos()[:, None] - slope * (t * math.pi / 2).sin()[:, None],
        lambda seen, slope, t: add_noise(seen, -slope, t),
    ],
    "ch24.ex5": lambda: [
        lambda a, b: (a.mean() - b.mean()).square() + (a.std() - b.std()).square(),
        lambda a, b: (a.mean() - b.mean()) ** 2 + a.var() + b.var() - 2 * (a.var() * b.var()).sqrt(),
    ],
    "ch24.ex6": lambda: [best(0, 800), best(7, 1000)],
}
