"""Exercises of chapter 26, privacy and safety."""

from functools import partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import evaluating, short_of, size_problem
from minidl.course.predicting import Prediction

EPSILON, LEAST_CLEAN, LEAST_ATTACKED, MOST_WEIGHTS, MOST_BLIND = 0.1, 0.75, 0.65, 30_000, 0.2

PREDICTIONS = {
    "p1": Prediction("The area under the ROC curve of the attack by loss (0.5 is guessing, 1 is perfect)?", close=0.05),
    "p2": Prediction(
        "At 1 % false alarms: how many members does the attack with shadow models catch?",
        choices=("fewer", "about as many", "at least twice as many"),
    ),
    "p3": Prediction(
        "The same promise, epsilon = 0.5: who pays more for it in accuracy?",
        choices=("1,000 people", "10,000 people", "no clear difference"),
    ),
    "p4": Prediction("How many of 500 digits are still read right after one step of 0.1 along the sign?", unit="of 500"),
    "p5": Prediction(
        "Logits times 1,000: under FGSM the accuracy of the same network is",
        choices=("lower", "the same", "higher"),
    ),
}


def rows_of_gradients():
    """Gradients of rows, one long, one short, one exactly as long as it may be."""
    g = md.tensor([[3.0, 4.0, 0.0], [0.3, 0.0, 0.4], [0.0, 2.0, 0.0]])
    return [(g, 2.0), (g.T.clone(), 1.0), (-g * 10, 0.5)]


def clip_rows(g, most, by_element=False, whole=False, lengthen=False):
    """Rows shortened to a norm of at most `most`, and ways to get it wrong."""
    if by_element:
        return g.clamp(-most, most)
    norms = g.square().sum().sqrt() if whole else g.square().sum(dim=1, keepdim=True).sqrt()
    factor = most / norms
    return g * (factor if lengthen else factor.clamp(max=1))


def attacks():
    """Images, slopes of the loss, and epsilon."""
    x = md.tensor([[0.0, 0.5, 1.0], [0.95, 0.2, 0.02], [0.4, 0.6, 0.5]])
    slope = md.tensor([[0.3, -2.0, 0.1], [0.01, 0.0, -5.0], [-0.4, 0.2, 1.0]])
    return [(x, slope, 0.1), (x.T.clone(), slope, 0.3), (x, -slope, 0.25)]


def one_step(x, slope, epsilon, clamp=True, sign=True, down=False):
    """One step of FGSM, and ways to get it wrong."""
    step = epsilon * (slope.sign() if sign else slope)
    moved = x - step if down else x + step
    return moved.clamp(0, 1) if clamp else moved


def hospitals():
    """Weights of each hospital, and how many patients it has."""
    w = md.tensor([[1.0, 2.0, -1.0], [3.0, 0.0, 1.0], [5.0, 4.0, 0.0]])
    return [(w, md.tensor([10.0, 30.0, 60.0])), (w.T.clone(), md.tensor([1.0, 1.0, 2.0])), (w[:2], md.tensor([7.0, 3.0]))]


def averaged(weights, sizes, plain=False, total=False):
    """The mean weighted by the sizes, and ways to get it wrong."""
    if plain:
        return weights.mean(dim=0)
    summed = (weights * sizes.unsqueeze(1)).sum(dim=0)
    return summed if total else summed / sizes.sum()


def slope(model, x, labels):
    """The slope of the loss with respect to the images, whatever the scale of the logits."""
    x = x.detach().requires_grad_()
    logits = model(x)
    logits = logits / logits.detach().abs().amax(dim=1, keepdim=True).clamp(min=1e-6) * 5
    return md.autograd.grad(md.nn.functional.cross_entropy(logits, labels), x)[0]


def attacked(model, images, labels, epsilon=EPSILON, steps=10):
    """Images moved by at most epsilon so that the model's loss rises: PGD."""
    x = images
    for _ in range(steps):
        x = x + epsilon / 4 * slope(model, x, labels).sign()
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    return x


def robustness_problem(model):
    """Why a network does not stand up to the attack: a sentence, or "" if it does."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    if problem := size_problem(model, MOST_WEIGHTS):
        return problem
    train, _ = md.data.digits()
    images, labels = train.images[7000:7500], train.labels[7000:7500]
    with evaluating(model):
        with md.no_grad():
            logits = model(images)
        if tuple(logits.shape) != (500, 10):
            return f"Ten logits are asked for each image, (500, 10) for 500; it gives {tuple(logits.shape)}."
        clean = (logits.argmax(dim=1) == labels).float().mean().item()
        if clean < LEAST_CLEAN:
            return f"It reads {short_of(clean)} of the digits that nobody changed, and {LEAST_CLEAN:.0%} are asked for."
        blind = (slope(model, images, labels).flatten(1).abs().amax(dim=1) == 0).float().mean().item()
        if blind > MOST_BLIND:
            return f"For {blind:.0%} of the images its slope is exactly 0: that hides it from PGD, as in section 8."
        near = attacked(model, images, labels)
        with md.no_grad():
            moved = model(near)
    left = (moved.argmax(dim=1) == labels).float().mean().item()
    return "" if left >= LEAST_ATTACKED else f"Under PGD it reads {short_of(left)}, and {LEAST_ATTACKED:.0%} are asked for."


class Templates(md.nn.Module):
    """Reads by the nearest mean image: what is possible without training, and without a defence."""

    def __init__(self, turn=0, outputs=10, spare=0, hidden=False):
        super().__init__()
        self.turn, self.outputs, self.hidden = turn, outputs, hidden
        self.spare = md.nn.Parameter(md.zeros(spare))

    def forward(self, images):
        """Logits, which are high where the mean image of the class is near."""
        train, _ = md.data.digits()
        flat, labels = train.images[:6000].flatten(1), train.labels[:6000]
        means = md.stack([flat[labels == (k + self.turn) % 10].mean(dim=0) for k in range(self.outputs)])
        images = images.detach() + 0 * images if self.hidden else images  # the same numbers, without a slope
        return images.flatten(1) @ means.T - means.square().sum(dim=1) / 2


EXERCISES = {
    "ex1": Exercise(
        "The simplest attack",
        Number(),
        0.58,
        wrong=[
            (0.16, "That is the gap. The attack is right in half of the guesses by luck alone."),
            (0.66, "Members are only half of the people: add half of the gap to 0.5, not all of it."),
            (0.88, "That is how often the network is right; asked for is how often the attack is."),
            (0.96, "So many members are recognised, but the attack takes 80 % of the others for members, too."),
        ],
        hint="It is right for 96 % of the members and for 20 % of the others.",
    ),
    "ex2": Exercise(
        "Clipping",
        Function(rows_of_gradients),
        clip_rows,
        wrong=[
            (partial(clip_rows, by_element=True), "That cuts single numbers: the row turns, and can still be too long."),
            (partial(clip_rows, whole=True), "That is the norm of the whole batch: each row has a norm of its own."),
            (partial(clip_rows, lengthen=True), "Short rows stay as they are: the factor is at most 1."),
        ],
        hint="Multiply each row by most / its norm, where that is below 1.",
    ),
    "ex3": Exercise(
        "FGSM",
        Function(attacks),
        one_step,
        wrong=[
            (partial(one_step, clamp=False), "The result must be an image still: no pixel below 0 or above 1."),
            (partial(one_step, sign=False), "Every pixel moves by epsilon, whatever the size of its slope: take the sign."),
            (partial(one_step, down=True), "That lowers the loss. An attack raises it."),
        ],
        hint="Up by epsilon where the slope is above 0, down where it is below 0; then cut off what lies outside 0 to 1.",
    ),
    "ex4": Exercise(
        "Federated averaging",
        Function(hospitals, gradient=True),
        averaged,
        wrong=[
            (partial(averaged, plain=True), "A hospital with ten patients counts as much as one with sixty: weigh by size."),
            (partial(averaged, total=True), "That is the weighted sum: divide by all patients."),
        ],
        hint="The sum of size times weights, divided by the sum of the sizes.",
    ),
    "ex5": Exercise(
        "A certificate",
        Number(0.005),
        0.5 * 1.2815515655446004,
        wrong=[
            (1.2815515655446004, "That is the quantile: multiply it by sigma."),
            (0.5 * 0.9, "The radius is sigma times the quantile of the normal distribution, not times the share."),
            (0.5 * 1.6448536269514722, "That is the quantile of 0.95: the lower bound is asked for, 0.9."),
        ],
        hint="sigma times NormalDist().inv_cdf(...) of the lower bound.",
    ),
    "ex6": Exercise(
        "A small network that stands up",
        Experiment(robustness_problem),
        None,
        wrong=[
            (Templates(turn=1), "of the digits that nobody changed"),
            (Templates(), "Under PGD it reads"),
            (Templates(hidden=True), "its slope is exactly 0"),
            (Templates(outputs=9), "Ten logits are asked for"),
            (Templates(spare=40000), "at most 30,000 are allowed"),
            ("the best", "Hand over the trained network itself"),
        ],
        hint="32 hidden neurons; learn from what FGSM with a random start makes of each batch, and let epsilon grow from 0.",
    ),
}
