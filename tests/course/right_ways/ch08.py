"""Two ways, or more, to be right in chapter 8."""

from minidl import nn


class Listed(nn.Module):
    """Layers in a list that is looked into."""

    def __init__(self, width, layers):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return self.last(x)


class Sequenced(nn.Module):
    """Layers one after the other."""

    def __init__(self, width, layers):
        super().__init__()
        self.body = nn.Sequential(*[part for _ in range(layers) for part in (nn.Linear(width, width), nn.ReLU())])
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        return self.last(self.body(x))


class Named(nn.Module):
    """Layers that have names of their own."""

    def __init__(self, width, layers):
        super().__init__()
        self.layers = layers
        for k in range(layers):
            setattr(self, f"layer{k}", nn.Linear(width, width))
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        for k in range(self.layers):
            x = getattr(self, f"layer{k}")(x).relu()
        return self.last(x)


RIGHT_WAYS = {
    "ch08.ex1": lambda: [(64, 784), nn.Linear(784, 64).weight.shape],
    "ch08.ex2": lambda: [0.5**20, 1 / 1048576],
    "ch08.ex3": lambda: [0.1, (2 / 200) ** 0.5],
    "ch08.ex4": lambda: [
        lambda x: nn.functional.layer_norm(x, x.shape[-1:]),
        lambda x: (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, correction=0) + 1e-5) ** 0.5,
    ],
    "ch08.ex5": lambda: [lambda x, W: x + (x @ W.T).relu(), lambda x, W: nn.functional.linear(x, W).clamp(min=0) + x],
    "ch08.ex6": lambda: [Listed, Sequenced, Named],
}
