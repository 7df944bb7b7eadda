"""Exercises of chapter 08, building models."""

import minidl as md
from minidl import nn
from minidl.course.exercise import Exercise, Experiment, Function, Number, Shape
from minidl.course.predicting import Prediction

PREDICTIONS = {
    "p1": Prediction("Each of 20 layers leaves 0.4 of the gradient. What share of it arrives at the first?", close=0.5),
    "p2": Prediction(
        "At one rate for all, one of these hardly learns. Which?",
        choices=("initialised", "batch norm", "layer norm", "residual"),
    ),
    "p3": Prediction("What will the eight neurons look for?", choices=("for different things", "for the same, all of them")),
}


def rows():
    """Matrices with rows of several sizes."""
    return [
        (md.tensor([[1.0, 2.0, 6.0], [10.0, 20.0, 60.0]]),),
        (md.tensor([[0.0, 1.0, -1.0, 4.0], [0.01, -0.01, 0.0, 0.02]]),),
    ]


def blocks():
    """An input and a weight."""
    generator = md.random.Generator()
    generator.manual_seed(3)
    return [(md.randn(3, 4, generator=generator), md.randn(4, 4, generator=generator))]


def normed(x, dim=1, root=True, scale=True):
    """Layer normalisation, or with something wrong."""
    centred = x - x.mean(dim=dim, keepdim=True)
    variance = (centred**2).mean(dim=dim, keepdim=True) + 1e-5
    return centred / (variance.sqrt() if root else variance) if scale else centred


def stack_problem(stack):
    """What ails the repaired network."""
    if isinstance(stack, nn.Module):
        return "Hand over the class, Stack, not a network made with it."
    model = stack(6, 3)
    found = sum(p.numel() for p in model.parameters())
    if model(md.ones(2, 6)).shape != (2, 10):
        return "It should still turn rows of `width` numbers into rows of 10."
    if found == 70:
        return "parameters() finds only the last layer: a Python list hides modules. Is there a list among the modules?"
    if found != 3 * 42 + 70:
        return f"Three layers of 42 parameters and a last one of 70 are 196, and parameters() finds {found}."
    x = md.randn(2, 6)
    by_hand = x
    for module in [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 6]:
        by_hand = module(by_hand).relu()
    if (model.last(by_hand) - model(x)).abs().max().item() > 1e-5:
        return "The layers should run one after the other, each with a ReLU."
    more = sum(p.numel() for p in stack(6, 5).parameters())
    return "" if more == 5 * 42 + 70 else f"`layers` says how many there are: five of 42 and the last are 280, not {more}."


class Hidden(nn.Module):
    """The network with the bug."""

    def __init__(self, width, layers):
        super().__init__()
        self.layers = [nn.Linear(width, width) for _ in range(layers)]
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        """Layer by layer."""
        for layer in self.layers:
            x = layer(x).relu()
        return self.last(x)


class Shallow(nn.Module):
    """Repaired too simply: a single layer used again and again."""

    def __init__(self, width, layers):
        super().__init__()
        self.times, self.layer, self.last = layers, nn.Linear(width, width), nn.Linear(width, 10)

    def forward(self, x):
        """The same layer several times."""
        for _ in range(self.times):
            x = self.layer(x).relu()
        return self.last(x)


class Fixed(nn.Module):
    """Repaired for three layers, however many are asked for."""

    def __init__(self, width, layers):
        super().__init__()
        self.first, self.second, self.third = (nn.Linear(width, width) for _ in range(3))
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        """Layer by layer."""
        return self.last(self.third(self.second(self.first(x).relu()).relu()).relu())


EXERCISES = {
    "ex1": Exercise(
        "The shape of a weight",
        Shape(),
        (64, 784),
        wrong=[
            ((784, 64), "Each neuron is a row: outputs first, then inputs."),
            ((64,), "That is the bias: one number a neuron. A weight belongs to each pair of neuron and input."),
        ],
        hint="One row for each output, one column for each input.",
    ),
    "ex2": Exercise(
        "Halved twenty times",
        Number(0.02),
        0.5**20,
        wrong=[
            (0.025, "Not divided by 40: each layer multiplies what the one before left."),
            (0.5, "That is what one layer leaves."),
            (2.0**20, "That is how many times smaller it is. The share is 1 over that."),
        ],
        hint="0.5 times 0.5 times ..., twenty factors.",
    ),
    "ex3": Exercise(
        "He initialisation",
        Number(),
        0.1,
        wrong=[
            (0.01, "That is the variance. The standard deviation is its root."),
            ((2 / 100) ** 0.5, "n counts the inputs of a neuron, 200, not the neurons."),
            ((1 / 200) ** 0.5, "ReLU throws away half of it: 2/n."),
        ],
        hint="The root of 2/n, where n counts the inputs of a neuron.",
    ),
    "ex4": Exercise(
        "Layer normalisation",
        Function(rows, gradient=True, tolerance=1e-3),
        normed,
        wrong=[
            (lambda x: normed(x, dim=0), "That goes down the columns, which is batch normalisation: dim=1 for rows."),
            (lambda x: normed(x, root=False), "Divide by the standard deviation, the root of the variance."),
            (
                lambda x: (x - x.mean(dim=1, keepdim=True)) / (x.std(dim=1, keepdim=True, correction=0) + 1e-5),
                "1e-5 is added to the variance, before its root is taken.",
            ),
            (
                lambda x: (x - x.mean(dim=1, keepdim=True)) / (x.var(dim=1, keepdim=True) + 1e-5).sqrt(),
                "var() and std() divide by n - 1. Here the squares are divided by n: correction=0.",
            ),
            (
                lambda x: (x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt(),
                "Every row has a mean and a variance of its own.",
            ),
            (lambda x: normed(x, scale=False), "The mean is gone; the division by the standard deviation is missing."),
            (lambda x: x / (x.var(dim=1, keepdim=True, correction=0) + 1e-5).sqrt(), "Subtract the mean of each row first."),
        ],
        hint="Mean of each row (keepdim=True), subtract, mean of the squares, divide by the root of that plus 1e-5.",
    ),
    "ex5": Exercise(
        "A residual block",
        Function(blocks, gradient=True),
        lambda x, W: x + (x @ W.T).relu(),
        wrong=[
            (lambda x, W: (x @ W.T).relu(), "That is the change alone: add it to x."),
            (lambda x, W: (x + x @ W.T).relu(), "ReLU belongs to the change: it would close the road for negative x."),
            (lambda x, W: x + x @ W.T, "ReLU is missing in the change."),
            (lambda x, W: x + x.relu() @ W.T, "First the linear layer, then ReLU."),
            (lambda x, W: x + (x @ W).relu(), "The weight must be turned, W.T, as in nn.Linear."),
        ],
        hint="x + relu(x @ W.T).",
    ),
    "ex6": Exercise(
        "Layers that are not found",
        Experiment(stack_problem),
        None,
        wrong=[
            (Hidden, "parameters() finds only the last layer"),
            (Shallow, "parameters() finds 112"),
            (Fixed, "`layers` says how many there are"),
            (Hidden(2, 1), "Hand over the class"),
        ],
    ),
}
