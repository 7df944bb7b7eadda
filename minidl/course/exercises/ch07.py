"""Exercises of chapter 07, gradient descent."""

import math
from functools import partial

from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.predicting import Prediction
from minidl.engine.tensor import Tensor
from minidl.optim import SGD
from minidl.viz.planes.race import SURFACES, run

PREDICTIONS = {
    "p1": Prediction(
        "What will w do with a learning rate of 1.1?",
        choices=("it reaches 0", "back and forth, nearer each time", "back and forth, further each time"),
    ),
    "p2": Prediction("Who will be lowest after 300 steps?", choices=("SGD", "momentum", "Adam")),
    "p3": Prediction(
        "What will the loss do with a learning rate of 5?",
        choices=("it falls faster", "it grows for ever", "it shoots up, then stays at guessing"),
    ),
}


def moments():
    """Weight, velocity, slope, learning rate, share that is kept."""
    return [(1.0, 0.5, 2.0, 0.1, 0.9), (-2.0, 0.0, -3.0, 0.5, 0.8), (0.0, 4.0, -1.0, 0.01, 0.5)]


def adam_moments():
    """Weight, the two running means, slope, number of the step, learning rate."""
    return [(1.0, 0.0, 0.0, 2.0, 1, 0.1), (-2.0, 0.3, 0.04, -3.0, 5, 0.01), (0.5, -0.2, 0.5, 0.1, 100, 0.5)]


def momentum_step(w, v, g, lr, mu):
    """Momentum as PyTorch has it."""
    v = mu * v + g
    return w - lr * v, v


def adam_step(w, m, s, g, t, lr, unbias=True, root=True, keep=(0.9, 0.999)):
    """Adam (Kingma & Ba 2015), or with one thing missing."""
    m, s = keep[0] * m + (1 - keep[0]) * g, keep[1] * s + (1 - keep[1]) * g * g
    first, second = (m / (1 - keep[0] ** t), s / (1 - keep[1] ** t)) if unbias else (m, s)
    return w - lr * first / ((math.sqrt(second) if root else second) + 1e-8), m, s


def plain_square(w, m, s, g, t, lr):
    """Adam with the slope itself in its second mean."""
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g
    return w - lr * m / (1 - 0.9**t) / (math.sqrt(abs(s) / (1 - 0.999**t)) + 1e-8), m, s


def unbiased(w, m, s, g, t, lr):
    """Adam that gives back the two means with their correction."""
    w, m, s = adam_step(w, m, s, g, t, lr)
    return w, m / (1 - 0.9**t), s / (1 - 0.999**t)


def race_problem(make):
    """What an optimiser lacks on the banana, from the usual start, in 150 steps; and then on the banana in a mirror."""
    banana, (x, y), _ = SURFACES["banana"]
    races = (("", banana, (x, y)), ("In a mirror ", lambda p: banana((-p[0], p[1])), (-x, y)))
    for where, valley, start in races:  # who goes by the slopes does the same in both
        rows = run(valley, lambda parameters, lr: make(parameters), start, 0, 150)
        if len(rows) < 151:
            return "It leaves the plane: the steps are too large. Try a learning rate ten times smaller."
        height = rows[-1][2]
        if not height < 5e-3:
            ends = "it ends" if where else "It ends"
            return f"{where}{ends} at a height of {height:.2g}. Try another learning rate, or another optimiser."
    return ""


def jump(parameters):
    """No optimiser: it knows the lowest point, and begins there."""
    parameters[0].data[:] = 1.0
    return SGD(parameters, lr=0.001)


EXERCISES = {
    "ex1": Exercise(
        "One step downhill",
        Number(),
        1.6,
        wrong=[
            (2.4, "That is uphill: the step goes against the slope, with a minus."),
            (1.8, "The slope of w² is 2w, at w = 2 it is 4."),
            (0.4, "That is the length of the step. Where does it lead from 2?"),
            (-2.0, "The slope must be multiplied by the learning rate."),
        ],
        hint="The slope at 2 is 4; go against it by 0.1 times that.",
    ),
    "ex2": Exercise(
        "The largest learning rate",
        Number(),
        0.2,
        wrong=[
            (0.4, "The curvature is how fast the slope changes: the slope is 10w, so it is 10, not 5."),
            (0.1, "With 0.1 a single step reaches the bottom. It may jump over, as long as it lands lower: 2/c."),
            (1.0, "That is the limit for w². This valley is five times steeper."),
        ],
        hint="2 divided by the curvature; the slope of 5w² is 10w.",
    ),
    "ex3": Exercise(
        "A step with momentum",
        Function(moments),
        momentum_step,
        wrong=[
            (lambda w, v, g, lr, mu: (w - lr * v, mu * v + g), "First renew the velocity, then step with the new one."),
            (lambda w, v, g, lr, mu: (w - lr * g, mu * v + g), "The step goes along the velocity, not the slope alone."),
            (lambda w, v, g, lr, mu: (w + lr * (mu * v + g), mu * v + g), "The sign: against the velocity, with a minus."),
            (
                lambda w, v, g, lr, mu: momentum_step(w, v, g, lr, mu)[::-1],
                "Both are right, in the wrong order: the weight first.",
            ),
            (
                lambda w, v, g, lr, mu: momentum_step(w, v, g, lr, mu)[0],
                "That is the new weight. Return the new velocity as well.",
            ),
            (
                lambda w, v, g, lr, mu: momentum_step(w, v, (1 - mu) * g, lr, mu),
                "That is a running mean. Here it is a running sum: the slope is added whole.",
            ),
            (
                lambda w, v, g, lr, mu: (w + mu * v - lr * g, mu * v - lr * g),
                "There the learning rate is in the velocity. Here v sums slopes, and the step multiplies it by the rate.",
            ),
            (lambda w, v, g, lr, mu: (w - lr * (v + mu * g), v + mu * g), "mu is how much of the old velocity is kept."),
        ],
        hint="new = mu * velocity + slope; the weight moves by -lr * new; return both.",
    ),
    "ex4": Exercise(
        "A step of Adam",
        Function(adam_moments),
        adam_step,
        wrong=[
            (partial(adam_step, unbias=False), "Both means start from 0: divide by 1 - 0.9**t and 1 - 0.999**t."),
            (lambda *given: adam_step(*given)[0], "That is the new weight. Return the new m and the new s as well."),
            (
                unbiased,
                "Return m and s as they are kept. What 1 - 0.9**t and 1 - 0.999**t divide is for this step only.",
            ),
            (partial(adam_step, root=False), "Divide by the root of the second mean: it holds squares."),
            (plain_square, "The second mean is that of the squares of the slope."),
            (partial(adam_step, keep=(0.999, 0.9)), "0.9 belongs to m, 0.999 to s."),
        ],
        hint="m and s first, then divide each by its 1 - beta**t, then w - lr * m_hat / (s_hat**0.5 + 1e-8).",
    ),
    "ex5": Exercise(
        "The scatter of a larger batch",
        Number(),
        0.25,
        wrong=[
            (1 / 16, "It goes with one over the square root of the size."),
            (4, "It falls: a larger batch trembles less."),
            (0.5, "Four times the batch halves it. This is 16 times, four times twice."),
        ],
        hint="1 divided by the root of 16.",
    ),
    "ex6": Exercise(
        "Win on the banana",
        Experiment(race_problem),
        None,
        wrong=[
            (lambda parameters: SGD(parameters, lr=0.003), "It ends at a height of"),
            (lambda parameters: SGD(parameters, lr=0.1), "It leaves the plane"),
            (SGD([Tensor(0.0)], lr=0.1), "That cannot be judged"),
            (jump, "In a mirror it ends at a height of"),
        ],
    ),
}
