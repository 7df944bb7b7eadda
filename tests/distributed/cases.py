"""Models, each with a batch, that are trained in one process and in several, and must come to the same."""

import numpy as np

import minidl as md
from minidl import nn
from minidl.nn import functional as F


class Tied(nn.Module):
    """An embedding whose weight is used again at the end, so that its gradient comes from two sides."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.middle = nn.Linear(4, 4)

    def forward(self, x):
        return self.middle(self.embedding(x).mean(1)).tanh() @ self.embedding.weight.T


class Sometimes(nn.Module):
    """A model with a branch that only large inputs take, and one that nothing takes."""

    def __init__(self):
        super().__init__()
        self.always, self.rarely, self.never = nn.Linear(5, 3), nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, x):
        y = self.always(x)
        return y + self.rarely(x) if (x > 1.5).any().item() else y


def mlp():
    return nn.Sequential(nn.Linear(5, 9), nn.Tanh(), nn.Linear(9, 9), nn.ReLU(), nn.Linear(9, 3))


def with_batch_norm():
    return nn.Sequential(nn.Linear(5, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 3))


def convolutions():
    return nn.Sequential(
        nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4, momentum=None), nn.ReLU(), nn.Flatten(), nn.LayerNorm(16), nn.Linear(16, 3)
    )


MODELS = {
    "mlp": mlp,
    "batch norm": with_batch_norm,
    "convolutions": convolutions,
    "tied": Tied,
    "sometimes": Sometimes,
}


def batch(name, n):
    """The same batch in every process."""
    draw = np.random.default_rng(7)
    if name == "tied":
        return draw.integers(0, 7, (n, 3)), draw.integers(0, 7, n)
    x = draw.normal(size=(n, 1, 3, 3) if name == "convolutions" else (n, 5))
    return x, draw.integers(0, 3, n)


def train(name, parts, wrap, share=lambda loss: loss, n=13, steps=4, dtype="float64", synchronise=True):
    """Train a few steps on some parts of a batch of n rows.

    Parameters
    ----------
    parts : list of slice
        One part in a process of several; in one process all of them, one after the other.
    wrap : function
        What makes the model one for several processes.
    share : function
        The loss of a part -> what is differentiated.

    Returns
    -------
    list of ndarray
        The parameters and buffers at the end.
    """
    md.manual_seed(5)
    net = MODELS[name]().to(md.dtype(dtype))
    if synchronise:
        net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    model = wrap(net)
    optimizer = md.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x, y = (md.tensor(a) for a in batch(name, n))
    x = x if name == "tied" else x.to(md.dtype(dtype))
    one_hot = F.one_hot(y, 7 if name == "tied" else 3).to(md.dtype(dtype))  # a part may be empty
    for _ in range(steps):
        optimizer.zero_grad()
        losses = [-(F.log_softmax(model(x[part]), -1) * one_hot[part]).sum() / n for part in parts]
        share(sum(losses)).backward()
        optimizer.step()
    return [np.array(t.array) for t in net.state_dict().values()]
