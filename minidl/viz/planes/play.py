"""The playground's model: a small network on a plane of points, trained by the engine a few steps at a time."""

from dataclasses import asdict, dataclass

import numpy as np

from minidl import nn, optim
from minidl.data.synthetic import circles, moons, spirals
from minidl.engine.generator import Generator, default_generator, manual_seed
from minidl.engine.tensor import Tensor
from minidl.viz.planes.boundary import extent, predict, region, seen_classes
from minidl.viz.summary import root_mean_square

DATA: dict = {"moons": moons, "circles": circles, "spirals": spirals}
ACTIVATIONS = {"ReLU": nn.ReLU, "Tanh": nn.Tanh, "Sigmoid": nn.Sigmoid, "none (linear)": nn.Identity}
OPTIMIZERS = {"SGD": optim.SGD, "Adam": optim.Adam}
LARGEST = {"layers": 6, "units": 32, "steps": 100}
MOST_NOISE = 1.0
POINTS, BATCH = 180, 30


@dataclass
class Settings:
    """What the sliders say."""

    data: str = "moons"
    noise: float = 0.15
    layers: int = 2
    units: int = 8
    activation: str = "Tanh"
    optimizer: str = "Adam"
    lr: float = 0.03
    seed: int = 0

    def checked(self):
        """The settings, brought into their limits.

        Raises
        ------
        ValueError
            For a name that is not on the list.
        """
        for value, known in ((self.data, DATA), (self.activation, ACTIVATIONS), (self.optimizer, OPTIMIZERS)):
            if value not in known:
                raise ValueError(f"{value!r} is not one of {', '.join(known)}")
        self.layers = min(max(int(self.layers), 0), LARGEST["layers"])
        self.units = min(max(int(self.units), 1), LARGEST["units"])
        self.noise = min(max(float(self.noise), 0.0), MOST_NOISE)
        self.lr = min(max(float(self.lr), 1e-6), 100.0)
        return self


class Experiment:
    """A network, its data and its optimiser.

    Parameters
    ----------
    settings : Settings

    Attributes
    ----------
    losses : list of float
        The loss at each step; half of the points are held out, and `held_out` holds their losses, one a call of `train`.
    """

    def __init__(self, settings):
        self.settings = settings = settings.checked()
        before = default_generator.get_state()
        try:  # the learner's own random numbers go on as if nothing had been
            manual_seed(settings.seed)
            generator = Generator()
            generator.manual_seed(settings.seed)
            X, y = DATA[settings.data](POINTS, settings.noise, generator=generator)[:]
            self.points, self.labels = X.array, y.array.astype(int)
            classes = int(self.labels.max()) + 1
            layers, size = [], 2
            for _ in range(settings.layers):
                layers += [nn.Linear(size, settings.units), ACTIVATIONS[settings.activation]()]
                size = settings.units
            self.model = nn.Sequential(*layers, nn.Linear(size, classes))
        finally:
            default_generator.set_state(before)
        self.optimizer = OPTIMIZERS[settings.optimizer](self.model.parameters(), lr=settings.lr)
        self.losses, self.held_out, self.gradients = [], [], {}
        self._order = np.random.default_rng(settings.seed)
        self._train = np.arange(len(self.points)) % 2 == 0

    def train(self, steps, lr=None):
        """Make some steps; the learning rate may change on the way."""
        if lr is not None:
            self.optimizer.param_groups[0]["lr"] = float(lr)
        inside = np.flatnonzero(self._train)
        for _ in range(min(int(steps), LARGEST["steps"])):
            batch = self._order.choice(inside, BATCH, replace=False)
            with np.errstate(all="ignore"):
                loss = nn.functional.cross_entropy(self.model(Tensor(self.points[batch])), Tensor(self.labels[batch]))
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            self.losses.append(loss.item())
        self.gradients = {
            name: root_mean_square(p.grad.array)
            for name, p in self.model.named_parameters()
            if p.ndim > 1 and p.grad is not None
        }
        p = predict(self.model, self.points)
        right = seen_classes(p) == self.labels
        with np.errstate(all="ignore"):
            surprise = -np.log(np.maximum(p[np.arange(len(p)), self.labels], 1e-12))
        self.held_out.append([len(self.losses), float(surprise[~self._train].mean())])
        return {"train": float(right[self._train].mean()), "test": float(right[~self._train].mean())}

    def field(self):
        """The plane as the network sees it: colours, shape (48, 48, 4)."""
        return region(self.model, self.points, 48)

    def report(self, right):
        """Everything that the browser draws, but for the field."""
        finite = lambda v: v if np.isfinite(v) else None
        return {
            "settings": asdict(self.settings),
            "extent": list(extent(self.points)),
            "points": [
                [round(float(a), 3), round(float(b), 3), int(k), int(t)]
                for (a, b), k, t in zip(self.points, self.labels, self._train, strict=True)
            ],
            "losses": [finite(v) for v in self.losses[-2000:]],
            "held_out": [[step, finite(v)] for step, v in self.held_out[-400:]],
            "first": max(1, len(self.losses) - 1999),
            "right": right,
            "gradients": [[name, finite(size)] for name, size in self.gradients.items()],
        }
