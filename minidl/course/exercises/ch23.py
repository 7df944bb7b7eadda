"""Exercises of chapter 23, speech to text."""

from functools import partial

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import evaluating, size_problem
from minidl.course.predicting import Prediction
from minidl.data.speech import WORDS
from minidl.text.metrics import edit_distance, error_rate

ENOUGH, MOST_WEIGHTS = 0.25, 9000
LETTERS = "-efghinorstuvwxz"

PREDICTIONS = {
    "p1": Prediction("Three frames, of which each is -, a or b: how many of the 27 paths say 'ab'?", close=0.01),
    "p2": Prediction(
        "The blank has probability 0.5 at the second frame. What will a step of gradient descent do to it?",
        choices=("raise it", "lower it", "leave it"),
    ),
    "p3": Prediction(
        "Two frames, in each the blank has 0.6 and a has 0.4. Which text is the likeliest?", choices=("nothing", "a")
    ),
    "p4": Prediction(
        "'nine' is in no training word, but its letters are. Of 14 voices that say it, how many are spelled right?", close=1
    ),
    "p5": Prediction("The letters are numbered from 0, without a place for the blank. What will go wrong?", words=True),
    "p6": Prediction(
        "Taught by one voice, heard from the other: of 100 symbols, how many edits are needed?", unit="%", close=0.15
    ),
}


def paths():
    """Paths that begin and end with and without blanks, with double letters."""
    return [([1, 1, 0, 1, 2, 2, 0],), ([0, 0, 3, 3, 3, 0, 3, 1],), ([2, 1, 0, 0, 2, 2, 1, 1],), ([0, 0],), ([4],)]


def begins(path, merge=True, blank=0):
    """What a path says, with the frame at which each letter begins, and ways to get it wrong."""
    return [(k, t) for t, k in enumerate(path) if k != blank and (not merge or t == 0 or path[t - 1] != k)]


def merged_too_late(path):
    """Blanks are taken out first, so that double letters become one."""
    letters = begins(path, merge=False)
    return [pair for n, pair in enumerate(letters) if n == 0 or letters[n - 1][0] != pair[0]]


def spoken():
    """Log-probabilities of a few frames, and the labels that they are to be laid along."""
    chance = np.random.RandomState(4)
    cases = [(4, [1, 2]), (7, [1, 1, 2]), (6, [3]), (9, [2, 1, 2, 2]), (4, [3, 3, 1])]
    return [(md.tensor(chance.normal(0, 1.5, (frames, 4))).log_softmax(dim=1), labels) for frames, labels in cases]


def aligned(log_probs, labels, skip=True, blanks=True, double=False, start=2):
    """The likeliest path that says the labels, and ways to get it wrong."""
    scores = np.asarray(log_probs.numpy(), np.float64)
    states = [0, *[k for label in labels for k in (label, 0)]] if blanks else list(labels)
    best = np.full((len(scores), len(states)), -np.inf)
    best[0, : start if blanks else 1] = scores[0, states[: start if blanks else 1]]
    came = np.zeros(best.shape, int)
    for t in range(1, len(scores)):
        for s, k in enumerate(states):
            sources = [*range(max(0, s - 1), s + 1)]
            if blanks and skip and s > 1 and k and (double or k != states[s - 2]):
                sources.append(s - 2)
            came[t, s] = max(sources, key=lambda j: best[t - 1, j])
            best[t, s] = best[t - 1, came[t, s]] + scores[t, k]
    s = len(states) - 1
    if blanks and best[-1, s - 1] > best[-1, s]:
        s -= 1
    way = [s]
    for t in range(len(scores) - 1, 0, -1):
        way.append(came[t, way[-1]])
    return [states[s] for s in reversed(way)]


def texts():
    """What was said, and the truth, of different lengths."""
    return [
        (["thre", "six", ""], ["three", "sixes", "a"]),
        (["aab", "b"], ["ab", "b"]),
        (["one", "two"], ["one", "two"]),
        (["xseven"], ["seven"]),
        (["", "abcd"], ["abcd", "x"]),  # a rate above 1
    ]


def mean_of_rates(said, truth):
    """Every text counts the same, however short."""
    return sum(edit_distance(a, b) / len(b) for a, b in zip(said, truth, strict=True)) / len(truth)


def place_by_place(said, truth):
    """Letters are compared where they stand, so that one too many makes all after it wrong."""
    pairs = list(zip(said, truth, strict=True))
    differ = sum(x != y for a, b in pairs for x, y in zip(a, b, strict=False))
    return (differ + sum(abs(len(a) - len(b)) for a, b in pairs)) / sum(map(len, truth))


def spelling_problem(model):
    """Why a speller is not good enough: a sentence, or "" if it is."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    if problem := size_problem(model, MOST_WEIGHTS):
        return problem
    digits = md.data.commands()[0]
    digits = digits[digits.labels < 10]
    md.manual_seed(0)
    unseen = np.flatnonzero(np.isin(digits.voices.numpy(), md.randperm(58).numpy()[30:44]))
    heard = digits[np.random.RandomState(23).permutation(unseen)]  # so that a place says nothing about the word
    with evaluating(model), md.no_grad():
        scores = model(heard.spectra)
    frames = heard.spectra.shape[2]
    if scores.ndim != 3 or tuple(scores.shape[:2]) != (len(heard), len(LETTERS)) or not 7 < scores.shape[2] <= frames:
        return (
            f"Scores of the shape ({len(heard)}, {len(LETTERS)}, T) are asked for, with T from 8 to {frames}; "
            f"it gives {tuple(scores.shape)}."
        )
    lengths = heard.lengths.numpy() * scores.shape[2] // frames
    said = []
    for path, length in zip(scores.argmax(dim=1).tolist(), lengths, strict=True):
        said.append("".join(LETTERS[k] for k, _ in begins(path[:length])))
    reached = error_rate(said, [heard.classes[k] for k in heard.labels.tolist()])
    if reached > 0.9:
        return f"It makes {reached:.0%} letter errors on the unseen voices: is it trained? At first there are only blanks."
    if reached > ENOUGH:
        return f"It makes {reached:.0%} letter errors on the unseen voices, and at most {ENOUGH:.0%} are allowed."
    return ""


class AlwaysTheSame(md.nn.Module):
    """Says the same letters, whatever it hears."""

    def __init__(self, text, spare=0, frames=39):
        super().__init__()
        self.path = [LETTERS.index(letter) for letter in text] + [0] * (frames - len(text))
        self.spare = md.nn.Parameter(md.zeros(spare))

    def forward(self, x):
        """Scores (N, 16, T)."""
        return md.eye(len(LETTERS))[self.path].T.expand(len(x), len(LETTERS), len(self.path))


class ByPlace(AlwaysTheSame):
    """Hears nothing, and knows in which order the digits lie in the data."""

    def __init__(self, frames=16):
        super().__init__("", frames=frames)
        words = [AlwaysTheSame(word, frames=frames).path for word in WORDS[:10]]
        self.paths = [[k for letter in path for k in (letter, 0)][:frames] for path in words]

    def forward(self, x):
        """The ten words, one after another."""
        return md.stack([md.eye(len(LETTERS))[self.paths[n % 10]].T for n in range(len(x))])


EXERCISES = {
    "ex1": Exercise(
        "How many frames a word needs",
        Number(),
        13,
        wrong=[
            (10, "Ten letters, but oo, kk and ee would each become one: a blank must part them."),
            (21, "Those are the states of the table, with all blanks; most blanks may be left out."),
            (7, "The letters need a frame each, double ones too."),
            (11, "There are three pairs of equal neighbours, and each needs a blank."),
        ],
        hint="A frame for each letter, and one for a blank between equal neighbours.",
    ),
    "ex2": Exercise(
        "What a path says, and when",
        Function(paths),
        begins,
        wrong=[
            (partial(begins, merge=False), "A letter that goes on is said once: look at the frame before."),
            (merged_too_late, "Merge first, then take out blanks: [1, 0, 1] says 1 twice."),
            (partial(begins, blank=None), "The blank, 0, is not said."),
            (lambda path: [k for k, _ in begins(path)], "Pairs are asked for: a letter, and the frame at which it begins."),
            (lambda path: [(t, k) for k, t in begins(path)], "The letter comes first, then the frame."),
        ],
        hint="Keep (path[t], t) if path[t] is not 0 and differs from the frame before; the first frame has none before it.",
    ),
    "ex3": Exercise(
        "The probability of a text",
        Number(),
        0.57,
        wrong=[
            (0.2, "That is the path aa alone; -a and a- say 'a', too."),
            (0.25, "That is the likeliest path alone; add up all that say 'a'."),
            (0.45, "One path is missing: -a says 'a', too."),
            (0.32, "One path is missing: a- says 'a', too."),
            (0.37, "One path is missing: aa says 'a', too."),
            (0.9, "Those are the probabilities of a, added up; multiply along a path, then add the paths."),
        ],
        hint="Three paths say 'a': aa, a- and -a. Multiply along each, and add.",
    ),
    "ex4": Exercise(
        "The likeliest alignment",
        Function(spoken),
        aligned,
        wrong=[
            (lambda x, labels: x.argmax(dim=1).tolist(), "That is greedy: it need not say the labels at all."),
            (partial(aligned, skip=False), "A blank between different letters may be left out."),
            (partial(aligned, blanks=False), "There may be blanks before, between and after the labels."),
            (partial(aligned, double=True), "The blank between equal labels may not be left out."),
            (partial(aligned, start=1), "A path may begin with the first label, without a blank."),
        ],
        hint="The table of section 2 with max instead of the sum, in logarithms; remember where each maximum came from.",
    ),
    "ex5": Exercise(
        "The error rate of several texts",
        Function(texts),
        error_rate,
        wrong=[
            (mean_of_rates, "That is the mean of the rates, where short words count like long ones: add edits first."),
            (place_by_place, "Place by place, one letter too many makes all after it wrong: count edits."),
            (
                lambda said, truth: edit_distance("".join(said), "".join(truth)) / len("".join(truth)),
                "Text by text: where all are joined, a letter of one can pass for a letter of the next.",
            ),
            (
                lambda said, truth: min(1.0, error_rate(said, truth)),
                "It can exceed 1, where more is written than there is to be read.",
            ),
            (
                lambda said, truth: sum(map(edit_distance, said, truth)),
                "Those are the edits; divide by the letters of the truth.",
            ),
            (
                lambda said, truth: sum(map(edit_distance, said, truth)) / max(1, sum(map(len, said))),
                "Divide by the letters of the truth, not of what was said.",
            ),
            (
                lambda said, truth: np.mean([a != b for a, b in zip(said, truth, strict=True)]),
                "That is the share of words that are not exact.",
            ),
        ],
        hint="All edits, divided by the number of all letters of the truth.",
    ),
    "ex6": Exercise(
        "A small network that spells",
        Experiment(spelling_problem),
        None,
        wrong=[
            (AlwaysTheSame("seve"), "at most 25% are allowed"),
            (AlwaysTheSame(""), "is it trained?"),
            (AlwaysTheSame("seven", spare=9500), "at most 9,000 are allowed"),
            (ByPlace(), "letter errors on the unseen voices"),
            (md.nn.Conv1d(32, 17, 3), "Scores of the shape (140, 16, T)"),
            ("the best", "Hand over the trained network itself"),
        ],
        hint="The chapter's network with 24 channels has 8,032 weights.",
    ),
}
