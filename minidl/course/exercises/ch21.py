"""Exercises of chapter 21, summaries, and being useful."""

from functools import partial

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.predicting import Prediction

MOST, LEAST_FOUND, TOO_GOOD = 100, 0.4, 0.95
FULL = 4096 * 4096

PREDICTIONS = {
    "p1": Prediction(
        "Which of the three has the highest ROUGE-L?",
        choices=("first sentence", "most frequent words", "nearest neighbour"),
    ),
    "p2": Prediction("What is the probability of *the*?", close=0.05),
    "p3": Prediction(
        "By how much does the network that may copy beat the best baseline in ROUGE-L?",
        choices=("it loses", "by less than 0.05", "by 0.05 or more"),
    ),
    "p4": Prediction("How many per cent of the weights does LoRA of rank 4 train here?", unit="%", close=0.3),
    "p5": Prediction(
        "The points of the reward model rise all the time. What does the true quality do by the end?",
        choices=("it rises too", "it stays", "it falls"),
    ),
    "p6": Prediction(
        "Who finds more of the 300 paragraphs among the first five?",
        choices=("counted words (TF-IDF)", "a learned embedding", "both the same"),
    ),
}


def mixtures():
    """What a network knows and reads: (chances, looks, copy, source, extra)."""
    return [
        (md.tensor([0.5, 0.3, 0.2]), md.tensor([0.2, 0.5, 0.3]), md.tensor(0.6), md.tensor([0, 3, 4]), 2),
        (md.tensor([0.7, 0.3]), md.tensor([0.1, 0.2, 0.3, 0.4]), md.tensor(0.25), md.tensor([2, 1, 2, 2]), 1),
        (md.tensor([0.1, 0.2, 0.7]), md.tensor([0.5, 0.5]), md.tensor(0.9), md.tensor([1, 1]), 0),
    ]


def mixed(chances, looks, copy, source, extra, gate=True, swapped=False, repeated=True):
    """The probabilities of all words, and ways to get them wrong."""
    if swapped:
        copy = 1 - copy
    written, copied = (1 - copy, copy) if gate else (1.0, 1.0)
    p = md.cat([written * chances, md.zeros(extra)]) if extra else written * chances
    if repeated:
        return p.scatter_add(0, source, copied * looks)
    last = md.tensor(np.array([number not in source.tolist()[k + 1 :] for k, number in enumerate(source.tolist())]))
    return p.scatter_add(0, source, copied * looks * last.float())


def points():
    """Points of texts that were preferred, and of those that were not."""
    return [
        (md.tensor([1.0, 0.5, -2.0]), md.tensor([0.0, 2.0, -2.0])),
        (md.tensor([3.0]), md.tensor([-1.0])),
        (md.tensor([0.2, -0.4]), md.tensor([30.0, -40.0])),
    ]


def preferred(better, worse, swapped=False, log=True, summed=False):
    """The loss of Bradley and Terry, and ways to get it wrong."""
    margin = worse - better if swapped else better - worse
    each = -md.nn.functional.logsigmoid(margin) if log else 1 - margin.sigmoid()
    return each.sum() if summed else each.mean()


def lines_and_points():
    """Log-probabilities of drawn lines, with what they earned."""
    return [
        (md.tensor([-2.0, -1.0, -4.0]), md.tensor([1.0, 0.0, 5.0])),
        (md.tensor([-3.0, -0.5]), md.tensor([10.0, 12.0])),
        (md.tensor([-1.0, -2.0, -3.0, -6.0]), md.tensor([0.1, 0.3, -0.4, 0.8])),
    ]


def policy_loss(log_p, gain, sign=-1, baseline=True, likely=False):
    """What the gradient of a policy is the slope of, and ways to get it wrong."""
    gain = gain - gain.mean() if baseline else gain
    return sign * (gain * (log_p.exp() if likely else log_p)).mean()


def asked():
    """Questions about a package that the chapter put aside, and the paragraphs that answer them."""
    docs = md.data.docstrings()
    places = [k for k, package in enumerate(docs["packages"]) if package == "networkx"][-MOST:]
    return [docs["summaries"][k] for k in places], [docs["paragraphs"][k] for k in places]


def finding_problem(find):
    """Why a function does not find enough: a sentence, or "" if it does."""
    if not callable(find):
        return f"Hand over the function itself, find(question, texts); this is a {type(find).__name__}."
    questions, texts = asked()
    order = np.random.RandomState(7).permutation(len(texts))  # so that a place says nothing
    shuffled, right = [texts[k] for k in order], np.argsort(order)
    asked_for = [question.rstrip(".") for question in questions]  # as nobody finds them in the data
    answers = [find(question, list(shuffled)) for question in asked_for]
    if any(np.ndim(getattr(answer, "array", answer)) for answer in answers):
        return "It must return one number for each question: the place of the text."
    found = sum(int(answer) == place for answer, place in zip(answers, right.tolist(), strict=True))
    if found / len(texts) < LEAST_FOUND:
        return f"It finds {found} of {len(texts)}, and at least {LEAST_FOUND:.0%} are asked for."
    if found / len(texts) > TOO_GOOD:
        return f"It finds {found} of {len(texts)}, which is too good: does it look them up in the data?"
    return ""


def shared_words(question, texts):
    """The text with the most words of the question: every word counts the same."""
    words = set(question.lower().split())
    return max(range(len(texts)), key=lambda k: len(words & set(texts[k].lower().split())))


EXERCISES = {
    "ex1": Exercise(
        "ROUGE-L by hand",
        Number(),
        0.4,
        wrong=[
            (2 / 3, "That is the precision: the F1 also asks how much of the line was said."),
            (2 / 7, "That is the recall: the F1 also asks how much of what was said is in the line."),
            ((2 / 3 + 2 / 7) / 2, "The F1 is the harmonic mean, not the usual one."),
            (0.2, "Twice what is shared, divided by the sum of both lengths."),
            (0.6, "*plot* does not stand in the line: two words are common, not three."),
        ],
        hint="The longest common subsequence is *the bode*; precision 2/3, recall 2/7.",
    ),
    "ex2": Exercise(
        "Copy or write",
        Function(mixtures, gradient=True),
        mixed,
        wrong=[
            (partial(mixed, swapped=True), "The gate is the chance to *copy*: what is written gets 1 - copy."),
            (partial(mixed, gate=False), "Without the gate the probabilities add up to 2."),
            (partial(mixed, repeated=False), "A word that stands twice gets the attention of both places: add."),
            (lambda chances, looks, copy, source, extra: (1 - copy) * chances, "The words of the paragraph are missing."),
        ],
        hint="Chances times (1 - copy), then `extra` zeros, then scatter_add of copy * looks at `source`.",
    ),
    "ex3": Exercise(
        "The weights of LoRA",
        Number(1e-6),
        8 * (4096 + 4096),
        wrong=[
            (FULL, "These are the weights of the matrix itself, which stay as they are."),
            (8 * 4096, "There are two thin matrices, A and B."),
            (FULL + 8 * 8192, "The matrix itself does not learn."),
            ((8 * 4096) ** 2, "A has 8 x 4,096 weights, and so has B: add them."),
        ],
        hint="A has the shape (8, 4096), B (4096, 8).",
    ),
    "ex4": Exercise(
        "A loss for preferences",
        Function(points, gradient=True),
        preferred,
        wrong=[
            (partial(preferred, swapped=True), "This rewards the worse ones: the margin is better - worse."),
            (partial(preferred, log=False), "Likelihood wants the logarithm of the probability (chapter 06)."),
            (partial(preferred, summed=True), "Take the mean, so that the loss does not grow with the batch."),
            (lambda better, worse: (worse - better).mean(), "Without the sigmoid the loss has no lower bound."),
        ],
        hint="The mean of -F.logsigmoid(better - worse).",
    ),
    "ex5": Exercise(
        "Follow the points",
        Function(lines_and_points, gradient=(0,)),  # the points may be cut off, or not
        policy_loss,
        wrong=[
            (partial(policy_loss, sign=1), "An optimiser makes a loss small, and points shall grow: a minus is missing."),
            (partial(policy_loss, baseline=False), "Take the mean of what was earned away first."),
            (partial(policy_loss, likely=True), "The formula has the logarithm of the probability, not the probability."),
            (lambda log_p, gain: -gain.mean(), "The points have no slope: only log p depends on the weights."),
        ],
        hint="-((gain - gain.mean()) * log_p).mean()",
    ),
    "ex6": Exercise(
        "Find what answers",
        Experiment(finding_problem),
        None,
        wrong=[
            (lambda question, texts: 0, "It finds 1 of 100"),
            (lambda question, texts: [0, 1], "one number for each question"),
            (shared_words, "and at least 40% are asked for"),
            ("TF-IDF", "Hand over the function itself"),
        ],
        hint="Weigh the words: a rare one says more.",
    ),
}
