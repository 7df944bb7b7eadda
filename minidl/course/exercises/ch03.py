"""Exercises of chapter 03, forward."""

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number, Shape, Word
from minidl.course.predicting import Prediction
from minidl.nn.modes import evaluating

PREDICTIONS = {
    "p1": Prediction("How many of the 120 points can the best straight line get right?", unit="of 120", close=0.06),
    "p2": Prediction(
        "Three linear layers, one after the other: what does the boundary look like?",
        choices=("it stays a straight line", "it bends a little", "it bends around both moons"),
    ),
    "p3": Prediction("How steep is the sigmoid where it is steepest?", close=0.2),
}


def signs():
    """Numbers of both signs."""
    return [(md.tensor([-2.0, -0.5, 0.5, 3.0]),), (md.tensor([[1.5, -1.0]]),)]


def networks():
    """Inputs and the weights of two layers; all square, so that no shape gives a mistake away."""
    generator = md.random.Generator()
    generator.manual_seed(3)
    draw = lambda *shape: md.randn(*shape, generator=generator)
    return [(draw(4, 3), draw(3, 3), draw(3), draw(3, 3), draw(3))]


def two_layers(x, W1, b1, W2, b2):
    """A network with one hidden layer."""
    return (x @ W1.T + b1).relu() @ W2.T + b2


def winds(model):
    """What is missing in a network that is to tell the arms of a spiral apart."""
    generator = md.random.Generator()
    generator.manual_seed(4)
    X, y = md.data.spirals(400, noise=0.03, generator=generator)[:]
    with evaluating(model), md.no_grad():
        scores = model(X)
    if tuple(scores.shape) != (400, 2):
        return f"Two scores are asked for each point: (400, 2) for 400 points, and it gives {tuple(scores.shape)}."
    right = (scores.argmax(dim=1) == y).float().mean().item()
    if right < 0.6:
        return f"It is right in {right:.0%}, like a coin: did it learn from `spirals`?"
    return "" if right >= 0.95 else f"It is right in {right:.0%}, and 95 % are asked for: more units, layers or epochs."


EXERCISES = {
    "ex1": Exercise(
        "One neuron by hand",
        Number(),
        3.0,
        wrong=[
            (-1.0, "The bias is +2: it is added."),
            (1.0, "That is the sum without the bias."),
            (13.0, "The second weight is negative: 2·3 + (-1)·5."),
            (9.0, "The first weight belongs to the first input: 2·3 + (-1)·5."),
        ],
        hint="2·3 + (-1)·5 + 2.",
    ),
    "ex2": Exercise(
        "The shape after two layers",
        Shape(),
        (32, 5),
        wrong=[
            ((32, 20), "That is what comes out of the first layer."),
            ((10, 5), "The first size counts the examples: 32 go in, 32 come out."),
            ((5, 32), "Examples come first, then the outputs."),
        ],
        hint="The number of examples stays, the number of features is that of the last layer's outputs.",
    ),
    "ex3": Exercise(
        "Write leaky ReLU",
        Function(signs, gradient=True),
        lambda x: md.where(x > 0, x, 0.1 * x),
        wrong=[
            (lambda x: x.relu(), "That is ReLU: here negative numbers leak through with a tenth of their size."),
            (lambda x: 0.1 * x, "Only negative numbers are made smaller. Positive ones stay as they are."),
            (lambda x: md.where(x > 0, x, 0.01 * x), "A hundredth is the usual leak. Here it is a tenth, 0.1."),
            (lambda x: md.where(x > 0, 0.1 * x, x), "The two sides are exchanged."),
            (lambda x: md.where(x > 0, x, -0.1 * x), "A negative number stays negative: 0.1 times x."),
        ],
        hint="md.where(condition, this, that) chooses element by element.",
    ),
    "ex4": Exercise(
        "A network without modules",
        Function(networks, gradient=True),
        two_layers,
        wrong=[
            (lambda x, W, b, V, c: (x @ W.T + b) @ V.T + c, "Without an activation two layers are no more than one."),
            (lambda x, W, b, V, c: two_layers(x, W, b, V, c).relu(), "The last layer has no activation of its own."),
            (lambda x, W, b, V, c: (x @ W.T).relu() @ V.T, "The biases are missing."),
            (lambda x, W, b, V, c: (x.relu() @ W.T + b) @ V.T + c, "ReLU comes after the first layer, not before it."),
            (lambda x, W, b, V, c: (x @ W + b).relu() @ V + c, "The weights must be turned: W1.T and W2.T."),
        ],
        hint="(x @ W1.T + b1).relu() is the hidden layer; one more product and bias follow.",
    ),
    "ex5": Exercise(
        "What a stack of linear layers can do",
        Word("one", "two", "ten"),
        "one",
        wrong=[
            ("ten", "Multiply it out: W2 (W1 x) = (W2 W1) x. Which kind of layer is that?"),
            ("two", "The second can be multiplied into the first as well."),
        ],
        hint="Products of matrices are matrices.",
        praise="That is why every network needs kinks between its layers.",
    ),
    "ex6": Exercise(
        "Tell two spirals apart",
        Experiment(winds),
        None,
        wrong=[
            (lambda x: md.stack([-x[:, 1], x[:, 1]], 1), "like a coin"),
            (lambda x: x[:, 0] * 0, "Two scores are asked for each point"),
            (0.95, "That cannot be judged"),
        ],
    ),
}
