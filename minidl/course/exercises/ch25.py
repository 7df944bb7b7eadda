"""Exercises of chapter 25, searching for models."""

import random
from functools import partial
from numbers import Integral, Real

import minidl as md
from minidl import nn
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.predicting import Prediction

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
MOST_HIDDEN, MOST_EPOCHS, MOST_ERROR, SEEDS = 12, 8, 0.18, (11, 12, 13)

PREDICTIONS = {
    "p1": Prediction(
        "Two hyperparameters, 16 trials each: whose winners are better when they are tested again?",
        choices=("grid", "random", "no clear difference"),
    ),
    "p2": Prediction(
        "27 epochs in all: what finds better settings, halving 9, or training 3 that chance has drawn to the end?",
        choices=("halving", "random", "no clear difference"),
    ),
    "p3": Prediction("How many per cent of 4,000 fresh digits do these winners misread?", unit="%", close=0.05),
    "p4": Prediction(
        "Labels shuffled: how many of the 100 validation digits does the best of 64 networks 'read' right?",
        unit="of 100",
        close=0.15,
    ),
}


def draws():
    """Even draws between 0 and 1, with a range."""
    u = md.tensor([[0.0, 0.25, 0.5], [0.75, 1.0, 0.1], [0.9, 0.33, 0.6]])
    return [(u, 1e-4, 1.0), (1 - u.T, 0.5, 50.0), (u, 8.0, 128.0)]


def log_uniform(u, low, high, how="log"):
    """A draw that is even on a logarithmic scale, and ways to get it wrong."""
    if how == "even":
        return low + u * (high - low)
    if how == "powers":
        return 10 ** (low + u * (high - low))
    if how == "from one":
        return high**u
    return low * (high / low) ** u


def repetitions():
    """Errors of networks by validation and tested again, in several repetitions."""
    a = md.tensor([[0.20, 0.12, 0.15], [0.18, 0.25, 0.11], [0.14, 0.16, 0.19]])
    b = md.tensor([[0.19, 0.17, 0.14], [0.16, 0.13, 0.18], [0.12, 0.15, 0.20]])
    return [(a, b), (b.T.clone(), a.T.clone()), (a[:2], b[:2])]


def curse(validation, again, how="chosen"):
    """The mean of what the winners lose, and ways to get it wrong."""
    looks, winner = validation.min(dim=1).values, validation.argmin(dim=1, keepdim=True)
    if how == "best again":
        return (again.min(dim=1).values - looks).mean()
    if how == "worst wins":
        winner = validation.argmax(dim=1, keepdim=True)
        return (again.gather(1, winner).squeeze(1) - validation.max(dim=1).values).mean()
    if how == "along repetitions":
        return (again.gather(0, validation.argmin(dim=0, keepdim=True)).squeeze(0) - validation.min(dim=0).values).mean()
    lost = (again.gather(1, winner).squeeze(1) - looks).mean()
    return -lost if how == "turned" else lost


def child(parent, space, rng, how="one"):
    """A child with one setting changed, and ways to get it wrong."""
    born = parent if how == "parent" else dict(parent)
    names = list(space) if how == "all" else list(space)[:1] if how == "first" else [rng.choice(list(space))]
    for name in names:
        values = space[name] if how == "same" else [value for value in space[name] if value != parent[name]]
        born[name] = values[0] if how == "nearest" else rng.choice(values)
    return born


def birth_problem(answer):
    """Why this does not make children: a sentence, or "" if it does."""
    if not callable(answer):
        return f"Hand over the function that makes a child; this is a {type(answer).__name__}."
    space: dict[str, list] = {"lr": [0.1, 0.01, 0.001], "width": [8, 16, 32, 64], "act": ["relu", "tanh"]}
    parent: dict = {"lr": 0.01, "width": 16, "act": "relu"}
    changed: dict[str, set] = {name: set() for name in space}
    for seed in range(150):
        given = dict(parent)
        born = answer(given, {name: list(values) for name, values in space.items()}, random.Random(seed))
        if given != parent:
            return "The parent was changed: begin with a copy, such as dict(parent)."
        if not isinstance(born, dict) or set(born) != set(parent):
            return "A child is a dict with the same names as its parent."
        if any(born[name] not in space[name] for name in space):
            return "A child has a value that the space does not offer."
        different = [name for name in parent if born[name] != parent[name]]
        if len(different) != 1:
            return f"In one child {len(different)} settings differ from the parent: it is to be exactly one."
        changed[different[0]].add(born[different[0]])
    if never := sorted(name for name in space if not changed[name]):
        return f"In 150 children {', '.join(never)} never changed."
    for name, values in space.items():
        if missing := [value for value in values if value != parent[name] and value not in changed[name]]:
            return f"In 150 children {name} never became {missing[0]!r}: draw among all of its other values."
    return ""


def narrow_error(config):
    """The mean error of a narrow network with this setting, over three seeds, on digits of the check's own."""
    train, _ = md.data.digits()
    x, y = nn.functional.avg_pool2d(train.images[4000:5400], 2).flatten(1), train.labels[4000:5400]
    errors = []
    for seed in SEEDS:
        md.manual_seed(seed)
        act = ACTIVATIONS[config["act"]]()
        model = nn.Sequential(nn.Linear(196, config["hidden"]), act, nn.Linear(config["hidden"], 10))
        optimizer = md.optim.Adam(model.parameters(), lr=float(config["rate"]))
        for _ in range(config["epochs"]):
            for some in md.randperm(400).split(25):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x[some]), y[some]).backward()
                optimizer.step()
        with md.no_grad():
            errors.append((model(x[400:]).argmax(dim=1) != y[400:]).float().mean().item())
    return sum(errors) / len(errors)


def setting_problem(config):
    """Why this setting is not good enough: a sentence, or "" if it is."""
    if not isinstance(config, dict) or set(config) != {"rate", "hidden", "epochs", "act"}:
        return 'Hand over a dict with "rate", "hidden", "epochs" and "act", and nothing else.'
    for name, most in (("hidden", MOST_HIDDEN), ("epochs", MOST_EPOCHS)):
        if not isinstance(config[name], Integral) or not 1 <= config[name] <= most:
            return f'"{name}" is a whole number from 1 to {most}; it is {config[name]!r}.'
    if config["act"] not in ACTIVATIONS:
        return f'"act" is one of {", ".join(ACTIVATIONS)}; it is {config["act"]!r}.'
    if not isinstance(config["rate"], Real) or not 0 < float(config["rate"]) <= 1:
        return f'"rate" is a number above 0 and at most 1; it is {config["rate"]!r}.'
    error = narrow_error(config)
    return "" if error <= MOST_ERROR else f"Over three seeds it misreads {error:.1%}, and {MOST_ERROR:.0%} are allowed."


EXERCISES = {
    "ex1": Exercise(
        "What halving costs",
        Number(),
        405,
        wrong=[
            (121, "That counts trials: each of them trains for as many epochs as its budget says."),
            (6561, "That trains all 81 settings for 81 epochs, which is what halving saves."),
            (81, "That is one round: 81 settings with one epoch each. How many rounds are there?"),
        ],
        hint="81 settings with 1 epoch, 27 with 3, 9 with 9, ...: what does each round cost?",
    ),
    "ex2": Exercise(
        "How many draws",
        Number(tolerance=1e-6),
        29,
        wrong=[
            (28, "0.9 to the power of 28 is still a little above 0.05."),
            (10, "With 10 draws the probability to miss every time is 0.9 to the power of 10, about 0.35."),
            (59, "That is for the best 5 %. Here it is the best 10 %."),
        ],
        hint="The smallest whole n with 1 - 0.9 ** n of at least 0.95.",
    ),
    "ex3": Exercise(
        "Even in powers of ten",
        Function(draws),
        log_uniform,
        wrong=[
            (partial(log_uniform, how="even"), "That is even in the numbers: most of the draws lie near high."),
            (partial(log_uniform, how="powers"), "low and high are the numbers themselves, not their logarithms."),
            (partial(log_uniform, how="from one"), "That begins at 1: at u = 0 it is to be low."),
        ],
        hint="Go evenly from log(low) to log(high), and take the exponential.",
    ),
    "ex4": Exercise(
        "The winner's curse",
        Function(repetitions),
        curse,
        wrong=[
            (partial(curse, how="best again"), "That chooses once more, by the second test: only validation may choose."),
            (partial(curse, how="worst wins"), "These are errors: the smallest wins."),
            (partial(curse, how="along repetitions"), "In each repetition (a row) one of the N networks wins."),
            (partial(curse, how="turned"), "The sign: tested again, less validation."),
        ],
        hint="argmin along the networks, then both errors of that network, their difference, and the mean.",
    ),
    "ex5": Exercise(
        "A child",
        Experiment(birth_problem),
        None,
        wrong=[
            (partial(child, how="parent"), "The parent was changed"),
            (partial(child, how="all"), "3 settings differ"),
            (partial(child, how="same"), "0 settings differ"),
            (partial(child, how="first"), "never changed"),
            (partial(child, how="nearest"), "never became"),
            (lambda parent, space, rng: {"lr": 0.1}, "the same names as its parent"),
            ({"lr": 0.1}, "Hand over the function"),
        ],
        hint="Copy the parent, draw a name, and draw among the values of that name which the parent does not have.",
    ),
    "ex6": Exercise(
        "Search for yourself",
        Experiment(setting_problem),
        None,
        wrong=[
            ({"rate": 0.001, "hidden": 12, "epochs": 8, "act": "relu"}, "Over three seeds it misreads"),
            ({"rate": 0.01, "hidden": 64, "epochs": 8, "act": "relu"}, '"hidden" is a whole number from 1 to 12'),
            ({"rate": 0.01, "hidden": 12, "epochs": 80, "act": "relu"}, '"epochs" is a whole number from 1 to 8'),
            ({"rate": 0.01, "hidden": 12, "epochs": 8, "act": "sigmoid"}, '"act" is one of'),
            ({"rate": "0.01", "hidden": 12, "epochs": 8, "act": "relu"}, '"rate" is a number above 0'),
            ({"lr": 0.01, "width": 12}, "Hand over a dict"),
        ],
        hint="There are only 128 steps, so the rate must be larger than Adam's usual one: look between 0.01 and 0.05.",
    ),
}
