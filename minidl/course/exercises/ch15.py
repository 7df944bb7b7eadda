"""Exercises of chapter 15, learning from little."""

from functools import cache, partial

import numpy as np

import minidl as md
from minidl import nn
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import short_of, validation
from minidl.course.predicting import Prediction
from minidl.nn.modes import evaluating

F = nn.functional
LEAST, SHIFT = 0.8, 3

PREDICTIONS = {
    "p1": Prediction(
        "A hundred digits to learn from. Which reads more of the others, by five in a hundred or more?",
        choices=("the baseline", "the network", "no clear difference"),
    ),
    "p2": Prediction("The same network learns from the hundred, augmented. How many of 100 does it read?", close=0.03),
    "p3": Prediction(
        "All weights may learn from the hundred, not only the last layer. How many points does that bring, on average?",
        close=0.5,
    ),
    "p4": Prediction(
        "Whose frozen features serve the digits best, on average over the draws?",
        choices=("random", "emoji", "letters", "rotation", "contrastive"),
    ),
    "p5": Prediction(
        "Without the pushing: how large is the cosine between the embeddings of *different* digits?", close=0.05
    ),
}


def partners():
    """Embeddings of two views, as many rows as columns, and a temperature."""
    random = np.random.RandomState(15)
    draw = lambda n: md.tensor(random.randn(n, n).astype(np.float32))
    return [(draw(3), draw(3), 0.5), (draw(4), draw(4), 0.2), (draw(2), draw(2), 1.0)]


def info_nce(a, b, temperature, normal=True, times=False, across=False, reduction="mean"):
    """Each row of one finds its partner among the rows of the other, and ways to get it wrong."""
    a, b = (F.normalize(z, dim=1) if normal else z for z in (a, b))
    scores = a @ b.T * temperature if times else a @ b.T / temperature
    return F.cross_entropy(scores.T if across else scores, md.arange(len(a)), reduction=reduction)


def embeddings():
    """Embeddings: spread, collapsed, and of very different lengths."""
    random = np.random.RandomState(16)
    z = md.tensor(random.randn(4, 4).astype(np.float32))
    return [(z,), (z[:1].repeat(3, 1) * md.tensor([[1.0], [2.0], [3.0]]),), (z * md.tensor([[1.0], [9.0], [3.0], [0.1]]),)]


def spread(z, normal=True, dim=0, correction=0):
    """The standard deviation of each number of embeddings of length 1, on average, and ways to get it wrong."""
    return (F.normalize(z, dim=1) if normal else z).std(dim=dim, correction=correction).mean()


def guesses():
    """Logits, and how sure one must be."""
    random = np.random.RandomState(17)
    draw = lambda n: md.tensor((3 * random.randn(n, n) + 4 * random.randn(n, 1)).astype(np.float32))
    certain = md.tensor([[50.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 50.0]])  # in single precision, probabilities of 1
    return [(draw(4), 0.8), (draw(6), 0.5), (draw(5), 0.9), (certain, 1.0)]


def sure_of(logits, least, dim=1, more=False):
    """The numbers of the images of whose class a network is sure, and these classes."""
    best, label = logits.softmax(dim=dim).max(dim=1)
    sure = (best > least if more else best >= least).nonzero()[:, 0]
    return sure, label[sure]


def sure_by(score):
    """A wrong measure of how sure a network is."""

    def answer(logits, least):
        sure = (score(logits) >= least).nonzero()[:, 0]
        return sure, logits.argmax(dim=1)[sure]

    return answer


def probabilities_of(logits, least):
    """How sure it is, in place of what it says."""
    sure, _ = sure_of(logits, least)
    return sure, logits.softmax(dim=1).amax(dim=1)[sure]


def unsure_of(logits, least):
    """The others."""
    best, label = logits.softmax(dim=1).max(dim=1)
    unsure = (best < least).nonzero()[:, 0]
    return unsure, label[unsure]


@cache
def hidden_draw():
    """A hundred digits, ten of each, that are none of the chapter's draws."""
    train, _ = md.data.digits()
    answers, random = train.labels.numpy()[:6000], np.random.default_rng(1500)
    some = np.concatenate([random.choice(np.nonzero(answers == k)[0], 10, replace=False) for k in range(10)])
    return train.images[md.tensor(some)], train.labels[md.tensor(some)]


def teaching_problem(learn):
    """Why a way to learn is not good enough: a sentence, or "" if it is.

    It learns from ten digits of each class that it has not seen before, under other names: so only what these hundred
    labels say can be right.
    """
    if isinstance(learn, nn.Module):
        return "Hand over the function that makes and trains the network, not a network: it will get other digits."
    if not callable(learn):
        return f"Hand over a function of images and labels that returns a trained network; this is a {type(learn).__name__}."
    images, labels = hidden_draw()
    model = learn(images.clone(), (labels + SHIFT) % 10)
    if model is ...:
        return "It returns the dots still."
    if not isinstance(model, nn.Module):
        return f"Your function must return the trained network, a Module; it returns a {type(model).__name__}."
    asked, truth = validation()
    with evaluating(model), md.no_grad():
        scores = model(asked)
    if tuple(scores.shape) != (len(truth), 10):
        return f"Ten scores are asked for each image, so (2000, 10) for 2,000 images; it gives {tuple(scores.shape)}."
    said = scores.argmax(dim=1)
    if (said == truth).float().mean().item() > 0.5:
        return "It does not use the labels that it is given: those of the hidden digits have other names, k + 3."
    share = (said == (truth + SHIFT) % 10).float().mean().item()
    if share < 0.3:
        return f"From a hundred digits it learns to read {share:.0%}: is it trained?"
    if share < LEAST:
        return f"From a hundred digits it learns to read {short_of(share)}, and {LEAST:.0%} are asked for."
    return ""


class Still(Experiment):
    """An open task whose answer is a function, which may have its dots still."""

    def is_open(self, answer):
        """Whether the function returns ``...`` still."""
        try:
            return callable(answer) and answer(*hidden_draw()) is ...
        except (Exception, SystemExit):
            return False


def untrained(images, labels):
    """A network that has not learned."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def pixel_by_pixel(images, labels):
    """A linear layer that has learned the hundred by heart."""
    md.manual_seed(0)
    model = untrained(images, labels)
    optimizer = md.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


class Reader(nn.Module):
    """A network that knew before what a digit is called: nearest mean of the true classes."""

    def __init__(self):
        super().__init__()
        train, _ = md.data.digits()
        images, labels = train.images[:6000].flatten(1), train.labels[:6000]
        self.means = md.stack([images[labels == k].mean(dim=0) for k in range(10)])

    def forward(self, images):
        """Minus the squared distance from each mean, less what all share."""
        return 2 * images.flatten(1) @ self.means.T - (self.means * self.means).sum(dim=1)


EXERCISES = {
    "ex1": Exercise(
        "How many negatives?",
        Number(1e-6),
        126,
        wrong=[
            (127, "The view itself does not take part, and its partner is the right answer: two less than 128."),
            (128, "All views are counted there: but a view and its partner are not negatives."),
            (63, "Each of the other 63 images has *two* views."),
            (64, "Count views, two for each image, and leave out itself and its partner."),
        ],
        hint="64 images are 128 views. Which two of them are not negatives of a given view?",
    ),
    "ex2": Exercise(
        "Weights that learn",
        Number(1e-6),
        10_250,
        wrong=[
            (10_240, "Each of the ten classes has a bias, too."),
            (1034, "Every class has a weight for every feature."),
            (10_250 + 23_664, "What is frozen does not learn: only the last layer counts."),
            (23_664, "That is the encoder, which is frozen. Only the last layer learns."),
        ],
        hint="1,024 features, each with a weight for each of the ten classes, and ten biases.",
    ),
    "ex3": Exercise(
        "Find the partner in the other batch",
        Function(partners, gradient=True),
        info_nce,
        wrong=[
            (partial(info_nce, normal=False), "The rows are not brought to length 1: F.normalize(a, dim=1)."),
            (partial(info_nce, times=True), "The temperature divides: a small one makes the differences larger."),
            (lambda a, b, t: info_nce(a, b, 1.0), "The temperature is missing."),
            (partial(info_nce, across=True), "That is the other direction: here each row of a looks among the rows of b."),
            (partial(info_nce, reduction="sum"), "That is the sum over the rows; the mean is asked for."),
        ],
        hint="scores = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / temperature; row i should choose column i.",
    ),
    "ex4": Exercise(
        "A measure of collapse",
        Function(embeddings),
        spread,
        wrong=[
            (partial(spread, normal=False), "Bring each embedding to length 1 first: lengths are not what is asked for."),
            (partial(spread, dim=1), "That is the spread within one embedding; ask each column, over all images."),
            (partial(spread, correction=1), "Almost: divide by N, not by N - 1: correction=0."),
            (lambda z: F.normalize(z, dim=1).var(dim=0, correction=0).mean(), "That is the variance; take the root first."),
            (lambda z: F.normalize(z, dim=1).std(correction=0), "That is one spread of all numbers; ask each column alone."),
        ],
        hint="F.normalize(z, dim=1), then .std(dim=0, correction=0), then the mean.",
    ),
    "ex5": Exercise(
        "Labels that a network gives itself",
        Function(guesses),
        sure_of,
        wrong=[
            (sure_by(lambda logits: logits.amax(dim=1)), "Those are logits; the softmax makes probabilities of them."),
            (partial(sure_of, dim=0), "The probabilities of one *image* sum to 1: softmax(dim=1)."),
            (partial(sure_of, more=True), "*At least*: who is just as sure as asked for counts, too."),
            (unsure_of, "Those are the ones of which it is *not* sure."),
            (probabilities_of, "Those are the probabilities; the classes are asked for."),
            (lambda logits, least: sure_of(logits, least)[0], "Those are the images only; their classes are missing."),
            (lambda logits, least: sure_of(logits, 0.0), "Those are all images; only the sure ones are asked for."),
        ],
        hint="best, label = logits.softmax(dim=1).max(dim=1); sure = (best >= least).nonzero()[:, 0].",
    ),
    "ex6": Exercise(
        "Learn from ten digits each",
        Still(teaching_problem),
        None,
        wrong=[
            (pixel_by_pixel, "80% are asked for"),
            (untrained, "is it trained?"),
            (lambda images, labels: Reader(), "It does not use the labels that it is given"),
            (lambda images, labels: 0.9, "Your function must return the trained network"),
            (nn.Linear(784, 10), "Hand over the function"),
            ("augmentation", "Hand over a function of images and labels"),
        ],
        hint="A network of your own, and augmentation: from_scratch in section 1 does it with its own draws.",
    ),
}
