"""Two ways, or more, to be right in chapter 24."""

import math

import minidl as md
from minidl import nn
from minidl.distributions import Normal, kl_divergence
from minidl.vision.diffusion import add_noise, diffusion_loss


class Walker(nn.Module):
    """A small network that sees a point and the time."""

    def __init__(self, width, act):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, width), act(), nn.Linear(width, width), act(), nn.Linear(width, 2))

    def forward(self, x, t):
        """Velocities (N, 2) of points (N, 2) at times (N,)."""
        a = t[:, None] * math.pi / 2
        return self.net(md.cat([x, a.cos(), a.sin(), (2 * a).cos(), (2 * a).sin()], dim=1))


def trained(width, act, seed, steps=3000):
    """A walker that has learned the rings."""
    md.manual_seed(seed)
    rings = md.data.circles(1000)[:][0] * 1.5
    model = Walker(width, act)
    optimizer = md.optim.Adam(model.parameters(), lr=0.01)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps)
    for _ in range(steps):
        optimizer.zero_grad()
        diffusion_loss(model, rings[md.randint(0, 1000, (256,))]).backward()
        optimizer.step()
        schedule.step()
    return model


def by_library(mean, log_variance):
    """The divergence as the library computes it."""
    own = Normal(mean, (log_variance / 2).exp())
    return kl_divergence(own, Normal(mean * 0, md.ones(1))).sum(dim=1)


RIGHT_WAYS = {
    "ch24.ex1": lambda: [1.3068528, 1.31, 2 - math.log(2)],
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
    "ch24.ex6": lambda: [trained(96, nn.SiLU, seed=0), trained(96, nn.Tanh, seed=1)],
}
