"""Exercises of chapter 18, attention."""

import math
from functools import cache, partial

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import short_of, without_weights
from minidl.course.predicting import Prediction
from minidl.nn.modes import evaluating

ASIDE, MOST_WEIGHTS, LEAST = 300, 20_000, 0.95

PREDICTIONS = {
    "p1": Prediction(
        "Vectors of 64 numbers instead of 16: how many times as far do the scores scatter (their standard deviation)?",
        close=0.1,
    ),
    "p2": Prediction(
        "Which task will a network with rotary places do all but without a mistake?",
        choices=("both", "only backwards", "only again", "neither"),
    ),
    "p3": Prediction("Which model has the lower loss on unseen text?", choices=("with the mask", "without the mask")),
    "p4": Prediction("How often is the letter that is looked at most the one that matters most?", unit="%", close=0.15),
    "p5": Prediction("A text twice as long: how many times as many weights does a head compute?", close=0.05),
}


def readings():
    """Queries, keys and values of one head, with the size of a window."""
    md.manual_seed(18)
    three = lambda length, width: [md.randn(length, width) for _ in range(3)]
    return [(*three(4, 4), 2), (*three(6, 4), 3), (*three(5, 9), 1), (*three(5, 4), 8)]


def windowed(q, k, v, size, seen=0, ahead=False, root=True, mask_after=False):
    """Attention to the last `size` tokens, and ways to get it wrong."""
    i = md.arange(len(q))
    distance = i[:, None] - i
    hidden = distance >= size + seen
    hidden = hidden | (distance <= -size) if ahead else hidden | (distance < 0)
    scores = q @ k.T / (math.sqrt(q.shape[1]) if root else 1)
    if mask_after:
        return scores.softmax(dim=1).masked_fill(hidden, 0.0) @ v
    return scores.masked_fill(hidden, -math.inf).softmax(dim=1) @ v


def matches():
    """Scores, with a slope."""
    md.manual_seed(19)
    return [(md.randn(4, 4), 0.5), (md.randn(5, 5), 1.0), (md.randn(3, 3), 0.25)]


def alibi(scores, slope, sign=-1, causal=True, weigh=lambda scores: scores.softmax(dim=1)):
    """Weights that fall with the distance, and ways to get it wrong."""
    i = md.arange(len(scores)).float()
    scores = scores + sign * slope * (i[:, None] - i).abs()
    if causal:
        scores = scores.masked_fill(i[:, None] < i, -math.inf)
    return weigh(scores)


@cache
def swapped_names():
    """The names put aside in the chapter, each with its halves swapped behind the bar: numbers, shape (300, 13)."""
    names = [name for name in md.data.names()["names"] if len(name) == 6]
    letters = md.tensor([[ord(c) - ord("a") + 1 for c in name] for name in names])
    letters = letters[md.randperm(len(letters), generator=md.Generator().manual_seed(0))][-ASIDE:]
    return md.cat([letters, md.zeros(ASIDE, 1).long(), letters.roll(3, 1)], dim=1)


def swapping_problem(model):
    """Why a network does not swap halves well enough: a sentence, or "" if it does."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    weights = sum(p.numel() for p in model.parameters())
    if weights > MOST_WEIGHTS:
        return f"It has {weights:,} weights, and at most {MOST_WEIGHTS:,} are allowed."
    rows = swapped_names()
    with evaluating(model), md.no_grad():
        logits = model(rows[:, :-1])
        changed = model(md.cat([rows[:, :-2], rows[:, -2:-1] % 26 + 1], dim=1))
    if tuple(logits.shape) != (ASIDE, 12, 27):
        return f"Logits (300, 12, 27) are asked for, for 300 names; it gives {tuple(logits.shape)}."
    if not md.allclose(logits[:, :-1], changed[:, :-1], atol=1e-4):
        return "Another last letter changes what is said before it: is a causal mask missing?"
    share = (logits[:, 6:].argmax(dim=-1) == rows[:, 7:]).float().mean().item()
    if share < 0.5:
        return f"It gets {share:.0%} of the letters: is it trained, and for this task?"
    if share < LEAST:
        return f"It gets {short_of(share)} of the letters, and {LEAST:.0%} are asked for."
    with without_weights(model), evaluating(model), md.no_grad():
        if (model(rows[:, :-1])[:, 6:].argmax(dim=-1) == rows[:, 7:]).float().mean().item() >= 0.5:
            return "It swaps without its weights, too: train a network, so that what it knows is in them."
    return ""


class Copying(md.nn.Module):
    """Looks up fixed places, without any training: what the judge must tell from a network."""

    def __init__(self, offsets, outputs=27, spare=0):
        super().__init__()
        self.offsets, self.outputs = offsets, outputs
        self.spare = md.nn.Parameter(md.zeros(spare))

    def forward(self, tokens):
        """Logits that name the letter at a fixed distance from each place of the answer."""
        places = [min(max(k + offset, 0), 11) for k, offset in zip(range(12), self.offsets, strict=True)]
        return md.nn.functional.one_hot(tokens[:, places], self.outputs).float()


STAY = (0,) * 6
SWAP = (*STAY, -3, -3, -3, -9, -9, -9)

EXERCISES = {
    "ex1": Exercise(
        "The weight of one of two",
        Number(),
        1 / (1 + math.exp(-2)),
        wrong=[
            (1 / (1 + math.exp(-4)), "That is softmax of 4 and 0: the root is missing. A key has 4 numbers."),
            (1 / (1 + math.exp(2)), "That is the weight of the second."),
            (1 / (1 + math.exp(-1)), "Divide by the root of 4, not by 4."),
            (1.0, "The second score is 0, but softmax takes e to the power of it, and that is 1."),
            (2.0, "That is the score; softmax makes a weight of it."),
        ],
        hint="The scores are 4/2 and 0/2; then e to the power of the first, divided by the sum of both.",
    ),
    "ex2": Exercise(
        "Weights under a mask",
        Number(),
        55,
        wrong=[
            (100, "That is all pairs. Nobody looks ahead."),
            (45, "A token also looks at itself."),
            (50, "The diagonal counts in full: a little more than half."),
        ],
        hint="The first token sees 1, the second 2, the last 10: add up.",
    ),
    "ex3": Exercise(
        "Attention through a window",
        Function(readings, gradient=True),
        windowed,
        wrong=[
            (partial(windowed, seen=1), "One too many: itself and size - 1 before it are size tokens."),
            (partial(windowed, ahead=True), "Your window also reaches ahead."),
            (partial(windowed, root=False), "The root of d is missing, where d is q.shape[1]."),
            (partial(windowed, mask_after=True), "The rows do not add up to 1: mask the scores, before softmax."),
            (lambda q, k, v, size: windowed(q, k, v, len(q)), "That is causal, without a window."),
            (lambda q, k, v, size: windowed(q, k, k, size), "The keys are mixed: mix the values."),
        ],
        hint="With i = md.arange(len(q)), the distance is i[:, None] - i; hide what is below 0, and what is size or more.",
    ),
    "ex4": Exercise(
        "Weights that fall with distance",
        Function(matches, gradient=True),
        alibi,
        wrong=[
            (partial(alibi, sign=1), "That makes far tokens weigh more: take away."),
            (partial(alibi, causal=False), "Your tokens look ahead."),
            (partial(alibi, weigh=lambda s: s), "These are scores: softmax makes weights of them."),
            (lambda scores, slope: alibi(scores, 0.0), "The slope does nothing: take away slope times distance."),
        ],
        hint="scores - slope * (i[:, None] - i), with i = md.arange(len(scores)), then the causal mask, then softmax.",
    ),
    "ex5": Exercise(
        "Weights of a block",
        Number(1e-6),
        12 * 48**2 + 13 * 48,
        wrong=[
            (12 * 48**2, "The matrices are right; biases and normalisations are missing."),
            (12 * 48**2 + 9 * 48, "The two normalisations are missing: a weight and a bias for each of 48."),
            (12 * 64**2 + 13 * 64, "That is width 64."),
            (12 * 32**2 + 13 * 32, "That is width 32."),
        ],
        hint="sum(p.numel() for p in Block(48, 4).parameters())",
    ),
    "ex6": Exercise(
        "Swapped halves",
        Experiment(swapping_problem),
        None,
        wrong=[
            (Copying((*STAY, -6, -6, -6, -6, -6, -6)), "is it trained, and for this task?"),
            (Copying((*SWAP[:-2], -6, -6)), "95% are asked for"),
            (Copying((*SWAP[:8], 3, *SWAP[9:])), "is a causal mask missing?"),
            (Copying(SWAP, outputs=30), "Logits (300, 12, 27) are asked for"),
            (Copying(SWAP, spare=30_000), "at most 20,000 are allowed"),
            (Copying(SWAP, spare=10), "train a network"),
            ("the best", "Hand over the trained network itself"),
        ],
        hint="Transformer(27, 13, ...) as for the other tasks, with rows of letters, bar, letters.roll(3, 1).",
    ),
}
