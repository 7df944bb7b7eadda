"""Diffusion: from data to noise along a quarter circle, a network that knows the way back, and the walk back.

At time t, from 0 (data) to 1 (noise), ``cos(a) x + sin(a) noise`` is seen, with the angle a = t * 90 degrees. The network is
asked for the *velocity*, the slope of that along the angle (Salimans and Ho 2022).
"""

import math
from typing import NamedTuple

import numpy as np

from minidl import nn
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.errors import ShapeError
from minidl.nn.functional import interpolate, mse_loss, silu
from minidl.nn.modes import evaluating
from minidl.ops.elementwise import cos, sin
from minidl.ops.random import rand, randn_like
from minidl.ops.shape import cat


def angle_parts(t, like):
    """The shares cos(a) of the data and sin(a) of the noise at the times `t`, (N,), shaped to multiply `like`, (N, ...)."""
    angle = (t * (math.pi / 2)).reshape(-1, *[1] * (like.ndim - 1))
    return cos(angle), sin(angle)


def add_noise(x, noise, t):
    """What is seen at the times `t`: the data turned towards the noise.

    Parameters
    ----------
    x, noise : Tensor, shape (N, ...)
    t : Tensor, shape (N,)
        From 0 (all data) to 1 (all noise).

    Raises
    ------
    ShapeError
        When there is not one noise and one time for each example.

    Examples
    --------
    >>> import minidl as md
    >>> x, noise = md.tensor([[2.0], [2.0]]), md.tensor([[-1.0], [-1.0]])
    >>> add_noise(x, noise, md.tensor([0.0, 1.0])).round(decimals=4).tolist()
    [[2.0], [-1.0]]
    """
    _check_pairs(x, noise, t)
    data_share, noise_share = angle_parts(t, x)
    return data_share * x + noise_share * noise


def _check_pairs(x, noise, t):
    """Each example has its noise and its time: broadcasting would mix examples."""
    if noise.shape != x.shape or t.shape != x.shape[:1]:
        raise ShapeError(
            f"data {tuple(x.shape)} needs noise of the same shape and times {tuple(x.shape[:1])}, not "
            f"{tuple(noise.shape)} and {tuple(t.shape)}"
        )


def velocity(x, noise, t):
    """The slope of `add_noise` along the angle: what the network learns to say. Shapes as there."""
    _check_pairs(x, noise, t)
    data_share, noise_share = angle_parts(t, x)
    return data_share * noise - noise_share * x


def diffusion_loss(model, x, condition=None, dropped=0.1):
    """How far the model is from the true velocities, at one random time for each example.

    Parameters
    ----------
    model : callable
        ``model(noisy, t)``, or ``model(noisy, t, condition)`` where there is a condition.
    x : Tensor, shape (N, ...)
    condition : Tensor, shape (N, D), optional
        What each example is. Zeros mean that nothing was said.
    dropped : float
        The share of conditions that are set to zero, so that the model learns to go without, too.

    Returns
    -------
    Tensor, shape ()
    """
    t, noise = rand(len(x)), randn_like(x)
    said = () if condition is None else (condition * (rand(len(x), 1) >= dropped),)
    return mse_loss(model(add_noise(x, noise, t), t, *said), velocity(x, noise, t))


class Walk(NamedTuple):
    """A walk from noise to data: what is `seen` after each step, and `guesses` of where it leads, each a list of Tensor."""

    seen: list
    guesses: list


def sample(model, noise, steps=20, condition=None, guidance=1.0):
    """Walk back from noise to data: at each step believe the velocity, and turn by a part of the angle (DDIM).

    Parameters
    ----------
    model : Module or callable
        As for `diffusion_loss`.
    noise : Tensor, shape (N, ...)
    steps : int
    condition : Tensor, shape (N, D), optional
    guidance : float
        1 takes the condition as it is, 0 ignores it; above 1 what it changes is exaggerated (Ho and Salimans 2022).

    Returns
    -------
    Walk
        What is seen, the noise first and the sample last, and where that seems to lead: steps + 1 tensors each.

    Examples
    --------
    >>> import minidl as md
    >>> knows = lambda noisy, t: (noisy * cos(t * math.pi / 2) - 3) / sin(t * math.pi / 2)  # all data are 3
    >>> sample(knows, md.randn(2), steps=4).seen[-1].tolist()
    [3.0, 3.0]
    """
    if steps < 1:
        raise ValueError(f"at least one step leads from noise to data, not {steps}")
    x, turn, seen, guesses = noise, math.pi / 2 / steps, [noise], []
    with no_grad(), evaluating(model):
        for k in range(steps, 0, -1):
            slope = guided(model, x, k / steps, condition, guidance)
            guesses.append(math.cos(k * turn) * x - math.sin(k * turn) * slope)
            x = math.cos(turn) * x - math.sin(turn) * slope
            seen.append(x)
    return Walk(seen, [*guesses, x])


def guided(model, x, time, condition, guidance):
    """The velocity that the model says at one time, (N, ...), with what the condition changes times `guidance`."""
    t = Tensor.wrap(np.full(len(x), time, np.float32))
    if condition is None:
        return model(x, t)
    if guidance == 1:
        return model(x, t, condition)
    said, unsaid = model(cat([x, x]), cat([t, t]), cat([condition, condition * 0])).chunk(2)
    return unsaid + guidance * (said - unsaid)


class TimeEmbedding(nn.Module):
    """Times from 0 to 1, shape (N,), as waves of many lengths and then features, (N, width)."""

    def __init__(self, width, waves=16):
        super().__init__()
        self.register_buffer("frequencies", Tensor.wrap(np.geomspace(1, 100, waves).astype(np.float32)), persistent=False)
        self.linear = nn.Linear(2 * waves, width)

    def forward(self, t):
        """Features (N, width) of times (N,)."""
        phase = t[:, None] * self.frequencies
        return self.linear(cat([sin(phase), cos(phase)], dim=1))


class Block(nn.Module):
    """Two convolutions beside a shortcut; between them, what is known scales and shifts the channels."""

    def __init__(self, inputs, outputs, known):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.told = nn.Linear(known, 2 * outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)  # in the beginning the block lets everything pass
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, known):
        """Shape (N, inputs, H, W) to (N, outputs, H, W), told (N, known)."""
        scale, shift = self.told(known)[:, :, None, None].chunk(2, dim=1)
        h = self.conv1(silu(self.norm1(x)))
        h = self.conv2(silu(self.norm2(h) * (1 + scale) + shift))
        return self.shortcut(x) + h


class UNet(nn.Module):
    """A small U-Net that knows the time: down twice, up twice, with a skip connection at each size.

    Parameters
    ----------
    channels : int
        Of the image, 1 or 3.
    width : int
        Channels at the full size, a multiple of 8; twice as many below.
    conditions : int
        Numbers that say what is asked for; 0 where nothing can be asked.

    Examples
    --------
    >>> import minidl as md
    >>> model = UNet(3, width=8, conditions=5)
    >>> model(md.zeros(2, 3, 16, 16), md.tensor([0.1, 0.9]), md.zeros(2, 5)).shape
    (2, 3, 16, 16)
    """

    def __init__(self, channels, width=32, conditions=0):
        super().__init__()
        known = 4 * width
        self.time = TimeEmbedding(known)
        self.condition = nn.Linear(conditions, known, bias=False) if conditions else None
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.down1, self.down2 = Block(width, width, known), Block(width, 2 * width, known)
        self.middle = Block(2 * width, 2 * width, known)
        self.up2, self.up1 = Block(4 * width, 2 * width, known), Block(3 * width, width, known)
        self.norm, self.last = nn.GroupNorm(8, width), nn.Conv2d(width, channels, 3, padding=1)
        nn.init.zeros_(self.last.weight)  # in the beginning it says 0 everywhere
        nn.init.zeros_(self.last.bias)

    def forward(self, x, t, condition=None):
        """The velocity, (N, C, H, W), of noisy images of that shape at times (N,), asked for by (N, conditions).

        Raises
        ------
        ShapeError
            When height or width is not a multiple of 4, or there is a condition and the network was made without.
        """
        if x.shape[-1] % 4 or x.shape[-2] % 4:
            raise ShapeError(
                f"the U-Net halves height and width twice: both must be multiples of 4, not {tuple(x.shape[2:])}"
            )
        known = self.time(t)
        if condition is not None:
            known = known + self._told(condition)
        known = silu(known)
        fine = self.down1(self.first(x), known)
        coarse = self.down2(nn.functional.avg_pool2d(fine, 2), known)
        h = self.middle(nn.functional.avg_pool2d(coarse, 2), known)
        h = self.up2(cat([interpolate(h, scale_factor=2), coarse], dim=1), known)
        h = self.up1(cat([interpolate(h, scale_factor=2), fine], dim=1), known)
        return self.last(silu(self.norm(h)))

    def _told(self, condition):
        if self.condition is None:
            raise ShapeError("this U-Net was made without conditions: UNet(..., conditions=n) can be asked by n numbers")
        return self.condition(condition)
