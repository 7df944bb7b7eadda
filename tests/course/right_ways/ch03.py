"""Two ways, or more, to be right in chapter 3."""

import minidl as md
from minidl import nn
from tests.course.right_ways.shared import read_by


def winding(activation):
    """A network that has learned two arms of a spiral."""
    md.manual_seed(5)
    spirals = md.data.spirals(300, noise=0.03)
    model = nn.Sequential(nn.Linear(2, 64), activation, nn.Linear(64, 64), activation, nn.Linear(64, 2))
    loader = md.data.DataLoader(spirals, batch_size=50, shuffle=True)
    md.train.fit(model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.01), epochs=150, verbose=False)
    return model


RIGHT_WAYS = {
    "ch03.ex1": lambda: [3, 2 * 3 - 5 + 2.0],
    "ch03.ex2": lambda: [(32, 5), [32, 5]],
    "ch03.ex3": lambda: [
        lambda x: x.relu() - 0.1 * (-x).relu(),
        lambda x: nn.functional.leaky_relu(x, 0.1),
        lambda x: md.maximum(x, 0.1 * x),
    ],
    "ch03.ex4": lambda: [
        lambda x, W1, b1, W2, b2: nn.functional.linear(nn.functional.linear(x, W1, b1).relu(), W2, b2),
        lambda x, W1, b1, W2, b2: b2 + (b1 + x @ W1.T).clamp(min=0) @ W2.T,
    ],
    "ch03.ex5": lambda: ["one", "One "],
    "ch03.ex6": lambda: [(model := winding(nn.Tanh())), read_by(model), winding(nn.ReLU())],
}
