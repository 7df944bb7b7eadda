"""Exercises of chapter 24, making new things."""

import math
from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import kept_beside
from minidl.course.predicting import Prediction
from minidl.vision.diffusion import sample

OFF, SHARE_OFF, SPARSE = 0.15, 0.35, 0.3  # of the rings: how far a point may be, how many may be farther, how large a gap
MOST_KEPT = 500  # numbers that a network may keep beside its weights

PREDICTIONS = {
    "p1": Prediction(
        "Codes drawn from the bell curve are decoded. Of whose pictures is the reader more often sure?",
        choices=("autoencoder", "VAE", "no clear difference"),
    ),
    "p2": Prediction(
        "The whole way from noise in a single step: where do the 400 points land?",
        choices=("on the moons", "all in the middle", "all over the plane"),
    ),
    "p3": Prediction(
        "What happens to the variety of the sevens when guidance goes from 1 to 4?", choices=("grows", "shrinks", "stays")
    ),
    "p4": Prediction(
        "Real digits against other real digits, 50 each, then 500 each: which distance is larger?",
        choices=("of 50", "of 500", "both are 0"),
    ),
}


def gaussians():
    """Means and logarithms of variances."""
    mean = md.tensor([[0.0, 0.0], [1.0, -2.0], [0.5, 3.0]])
    log_variance = md.tensor([[0.0, 0.0], [0.5, -1.0], [-2.0, 1.0]])
    return [(mean, log_variance), (mean[:2] * 2, log_variance[:2] + 0.3)]


def kl(mean, log_variance, half=0.5, minus_one=1.0, sign=1.0, mean_of_all=False):
    """The divergence from the standard bell curve, one for each row, and ways to get it wrong."""
    each = mean**2 + log_variance.exp() - sign * log_variance - minus_one
    return half * (each.mean() if mean_of_all else each.sum(dim=1))


def seen_and_slopes():
    """What is seen, velocities and times."""
    md.manual_seed(3)
    return [(md.randn(4, 2), md.randn(4, 2), md.tensor([0.0, 0.3, 0.5, 1.0])), (md.randn(1, 2), md.randn(1, 2), md.rand(1))]


def data_from(seen, slope, t, plus=False, noise=False, degrees=90.0, swapped=False):
    """The data at the other end, and ways to get it wrong."""
    a = (t * math.radians(degrees))[:, None]
    c, s = (a.sin(), a.cos()) if swapped else (a.cos(), a.sin())
    if noise:
        return s * seen + c * slope
    return c * seen + (s if plus else -s) * slope


def lines():
    """Two samples of numbers."""
    a, b = md.tensor([0.0, 1.0, 2.0, 5.0]), md.tensor([1.0, 1.5, 4.0, 9.0, 9.5])
    return [(a, b), (b * 2, a - 3), (a, a + 1)]


def frechet(a, b, variances=False, root=False, means_only=False, count=1):
    """The Fréchet distance of two samples of numbers, and ways to get it wrong."""
    spread = a.var() - b.var() if variances else a.std(correction=count) - b.std(correction=count)
    whole = (a.mean() - b.mean()) ** 2 + (0 if means_only else spread**2)
    return whole**0.5 if root else whole


def rings():
    """The data of the open exercise: a ring in a ring, (1000, 2)."""
    return md.data.circles(1000, generator=md.Generator().manual_seed(1))[:][0] * 1.5


def rings_problem(model):
    """Why a network does not make rings well enough: a sentence, or "" if it does."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    if not sum(p.numel() for p in model.parameters() if p.requires_grad):
        return "It has no weights, so it has learned nothing: a network trained by the loss of section 4 is asked for."
    if kept_beside(model) > MOST_KEPT:
        return f"It keeps {kept_beside(model):,} numbers beside its weights: does it know the points by heart?"
    state = md.random.get_rng_state()
    md.manual_seed(5)
    noise = md.randn(400, 2)
    md.random.set_rng_state(state)
    if tuple(model(noise[:3], md.ones(3)).shape) != (3, 2):
        return "Called with points (N, 2) and times (N,), it must give velocities (N, 2)."
    made, data = sample(model, noise, steps=30).seen[-1], rings()
    apart = md.cdist(made, data)
    off = (apart.amin(dim=1) > OFF).float().mean().item()
    if off > 0.4:
        return f"{off:.0%} of its points lie off the rings: did it learn from them?"
    if off > SHARE_OFF:
        return f"{off:.0%} of its points lie off the rings, and at most {SHARE_OFF:.0%} may: more steps, or a wider network?"
    empty = (apart.amin(dim=0) > SPARSE).float().mean().item()
    if empty > 0.05:
        return f"{empty:.0%} of the rings is empty: it makes only a part of them."
    return ""


class Still(md.nn.Module):
    """A network that always says the same of what it sees: ways to fool the judge."""

    def __init__(self, answer, weights=1, kept=0):
        super().__init__()
        self.answer, self.kept = answer, md.zeros(kept)
        self.weights = md.nn.Parameter(md.zeros(weights))

    def forward(self, x, t):
        """The answer to points (N, 2) at times (N,)."""
        return self.answer(x, t)


def to_one_point(x, t):
    """The velocity that leads everything to one point of the outer ring."""
    a = (t * (math.pi / 2))[:, None]
    goal = md.tensor([1.5, 0.0])
    return (x * a.cos() - goal) / a.sin()


EXERCISES = {
    "ex1": Exercise(
        "The price of a code",
        Number(0.005),
        0.5 * (1 + 4 - math.log(4) - 1),
        wrong=[
            (1 + 4 - math.log(4) - 1, "The half in front is missing."),
            (0.5 * (1 + 2 - math.log(2) - 1), "The variance is asked for: the square of the spread, 4."),
            (0.5 * (1 + 4 + math.log(4) - 1), "The logarithm is taken away, not added."),
            (0.5 * (1 + 4 - math.log(4)), "The 1 at the end is missing: a standard bell curve must cost nothing."),
        ],
        hint="Put mean 1 and variance 4 into half of (mean² + variance - ln variance - 1).",
    ),
    "ex2": Exercise(
        "Noise by hand",
        Number(),
        2 * math.cos(math.pi / 3) - math.sin(math.pi / 3),
        wrong=[
            (2 * math.sin(math.pi / 3) - math.cos(math.pi / 3), "Cosine and sine are swapped: data have the cosine."),
            (2 * math.cos(math.pi / 3) + math.sin(math.pi / 3), "The noise is -1: mind its sign."),
            (-math.cos(math.pi / 3) - 2 * math.sin(math.pi / 3), "That is the velocity."),
            (2 * math.cos(2 / 3) - math.sin(2 / 3), "The angle is t times 90 degrees, so 60 degrees."),
        ],
        hint="cos 60° is 0.5, and sin 60° is 0.866.",
    ),
    "ex3": Exercise(
        "KL divergence",
        Function(gaussians, gradient=True),
        kl,
        wrong=[
            (partial(kl, half=1.0), "The half in front is missing."),
            (partial(kl, minus_one=0.0), "The 1 is missing: mean 0 and variance 1 cost 0."),
            (partial(kl, sign=-1.0), "The logarithm of the variance is taken away, not added."),
            (partial(kl, mean_of_all=True), "One number for each row is asked for: sum over the last dimension only."),
        ],
        hint="0.5 * (mean**2 + log_variance.exp() - log_variance - 1), summed over dim=1.",
    ),
    "ex4": Exercise(
        "Back to the data",
        Function(seen_and_slopes),
        data_from,
        wrong=[
            (partial(data_from, plus=True), "The velocity is taken away: going back is going against it."),
            (partial(data_from, noise=True), "That is the noise, the other end of the walk."),
            (partial(data_from, degrees=180.0), "t = 1 is a quarter of a circle: the angle is t times pi / 2."),
            (partial(data_from, swapped=True), "Cosine and sine are swapped: at t = 0 what is seen is the data."),
        ],
        hint="cos(a) times what is seen, less sin(a) times the velocity; a needs the shape (N, 1).",
    ),
    "ex5": Exercise(
        "Fréchet distance of numbers",
        Function(lines, gradient=True),
        frechet,
        wrong=[
            (partial(frechet, variances=True), "Spreads are compared (std), not variances."),
            (partial(frechet, root=True), "No root at the end: it stays a square, as FID does."),
            (partial(frechet, count=0), "That divides by N; `std()` divides by N - 1."),
            (partial(frechet, means_only=True), "Two samples with one mean can still differ: their spreads are missing."),
        ],
        hint="The squared difference of the means, and the squared difference of the spreads.",
    ),
    "ex6": Exercise(
        "A ring in a ring",
        Experiment(rings_problem),
        None,
        wrong=[
            (Still(lambda x, t: x * 0), "did it learn from them?"),
            (Still(to_one_point), "of the rings is empty"),
            (Still(lambda x, t: x[:, :1]), "it must give velocities (N, 2)"),
            (Still(to_one_point, weights=0), "It has no weights"),
            (Still(to_one_point, kept=1600), "does it know the points by heart?"),
            ("rings", "Hand over the trained network itself"),
        ],
        hint="The network, the loss and the steps of the moons will do, with other points.",
    ),
}
