"""Exercises of chapter 22, hearing."""

from functools import partial

import numpy as np

import minidl as md
from minidl.course.exercise import Exercise, Experiment, Function, Number
from minidl.course.judging import evaluating, short_of, size_problem
from minidl.course.predicting import Prediction

LEAST, MOST_WEIGHTS = 0.85, 6000

PREDICTIONS = {
    "p1": Prediction(
        "A tone of 3,000 Hz, with only 4,000 samples a second: which frequency do the samples show, in Hz?", close=1
    ),
    "p2": Prediction(
        "What does one hear of the rising tone?",
        choices=("it rises all the time", "it rises, then falls", "it rises, then silence"),
    ),
    "p3": Prediction(
        "In how many of the 33 frequencies is there more than 1 % of the strongest, without a window?", close=2
    ),
    "p4": Prediction("Of 100 words by the four voices of flite, how many will it understand?", close=8),
    "p5": Prediction("Taught by one voice: of 100 tones of the other, how many are right?", close=8),
}


def samples():
    """Samples and a frequency: one that fits, one that begins elsewhere, noise, and the mean."""
    turn = 2 * np.pi * np.arange(8) / 8
    noise = md.tensor(np.random.RandomState(0).normal(size=12))
    return [(md.tensor(np.cos(2 * turn)), 2), (md.tensor(np.sin(turn + 0.7)), 1), (noise, 3), (noise[:7], 0)]


def strength(x, k, parts=("cos", "sin"), squared=False, mean=False):
    """The strength of a frequency, and ways to get it wrong."""
    turns = 2 * md.pi * k * md.arange(len(x)) / len(x)
    sums = [(x * getattr(turns, part)()).sum() for part in parts]
    energy = sum(s * s for s in sums)
    strong = energy if squared else energy.sqrt()
    return strong / len(x) if mean else strong


def added(x, k):
    """Cosine and sine added up, as they would never be."""
    turns = 2 * md.pi * k * md.arange(len(x)) / len(x)
    return (x * turns.cos()).sum() + (x * turns.sin()).sum()


def energies():
    """Energies of several shapes, and one that is far below another."""
    chance = np.random.RandomState(1)
    return [(md.tensor(chance.uniform(0.1, 5, shape)),) for shape in ((4, 4), (6,), (2, 3, 3))] + [(md.tensor([2.0, 1e-7]),)]


def decibels(x, factor=10.0, log=md.log10, loudest=md.max):
    """Energies below the loudest, and ways to get it wrong."""
    return factor * log(x / loudest(x))


def pitches():
    """Frequencies of a high and a low voice, whose median is not their mean."""
    return [
        (md.tensor([390.0, 380.0, 340.0, 200.0, 180.0]),),
        (md.tensor([110.0, 120.0, 125.0, 160.0, 240.0, 118.0, 121.0]),),
    ]


def semitones(pitch, steps=12.0, log=md.log2, middle=md.median):
    """Semitones above the middle, and ways to get it wrong."""
    return steps * log(pitch / middle(pitch))


def listening_problem(model):
    """Why a recogniser is not good enough: a sentence, or "" if it is."""
    if not isinstance(model, md.nn.Module):
        return f"Hand over the trained network itself, a Module; this is a {type(model).__name__}."
    if problem := size_problem(model, MOST_WEIGHTS):
        return problem
    made, _ = md.data.commands()
    md.manual_seed(0)
    unseen = np.flatnonzero(np.isin(made.voices.numpy(), md.randperm(58).numpy()[44:]))
    unseen = np.random.RandomState(22).permutation(unseen)  # so that a place says nothing about the word
    inputs = md.nn.functional.avg_pool2d(made.spectra[unseen][:, None, :, :64], 2)
    with evaluating(model), md.no_grad():
        logits = model(inputs)
    if tuple(logits.shape) != (len(inputs), 20):
        return f"20 logits for each sound are asked for, ({len(inputs)}, 20); it gives {tuple(logits.shape)}."
    reached = md.train.metrics.accuracy(logits, made.labels[unseen])
    if reached < 0.2:
        return f"It understands {short_of(reached)} of the words of the unseen voices: is it trained?"
    if reached < LEAST:
        return f"It understands {short_of(reached)} of the words of the unseen voices, and {LEAST:.0%} are asked for."
    return ""


class ByPlace(md.nn.Module):
    """Hears nothing, and knows in which order the words lie in the data."""

    def forward(self, x):
        """The twenty words, one after another."""
        return md.eye(20)[md.arange(len(x)) % 20]


class KnowsThemAll(md.nn.Module):
    """Keeps all sounds with their words, and answers with the nearest: nothing was learned."""

    def __init__(self):
        super().__init__()
        made, _ = md.data.commands()
        self.sounds = md.nn.functional.avg_pool2d(made.spectra[:, None, :, :64], 2).flatten(1)
        self.words = made.labels

    def forward(self, x):
        """The word of the nearest sound."""
        return md.eye(20)[self.words[md.cdist(x.flatten(1), self.sounds).argmin(dim=1)]]


class NearestMean(md.nn.Module):
    """The baseline as a network: near to the mean of a word."""

    def __init__(self, outputs=20, spare=0):
        super().__init__()
        made, _ = md.data.commands()
        coarse = md.nn.functional.avg_pool2d(made.spectra[:, None, :, :64], 8).flatten(1)
        self.means = md.stack([coarse[made.labels == k].mean(dim=0) for k in range(20)])[:outputs]
        self.spare = md.nn.Parameter(md.zeros(spare))

    def forward(self, x):
        """Minus the distance from each mean."""
        coarse = md.nn.functional.avg_pool2d(x, 4).flatten(1)
        return -(coarse[:, None] - self.means).square().sum(dim=2)


EXERCISES = {
    "ex1": Exercise(
        "An alias",
        Number(),
        3000,
        wrong=[
            (7000, "It is above 5,000 Hz, half the rate, which 10,000 samples a second can hold."),
            (2000, "It is mirrored at 5,000 Hz, half the rate: as far below it as it was above."),
            (5000, "At 5,000 Hz it is mirrored; 7,000 lies 2,000 above it."),
            (-3000, "A frequency is not negative: the samples are the same, turned upside down."),
        ],
        hint="What is above half the rate r comes back as r - f.",
    ),
    "ex2": Exercise(
        "How close frequencies may be",
        Number(),
        31.25,
        wrong=[
            (62.5, "The 257 frequencies reach from 0 to 8,000 Hz: 8,000 divided by 256 steps."),
            (0.032, "That is how long the piece lasts, in seconds."),
            (32, "That is how long the piece lasts, in milliseconds."),
        ],
        hint="The rate divided by the number of samples: once round in the whole piece.",
    ),
    "ex3": Exercise(
        "The strength of a frequency",
        Function(samples),
        strength,
        wrong=[
            (partial(strength, parts=("cos",)), "A tone may begin anywhere: ask with a sine, too."),
            (partial(strength, parts=("sin",)), "A tone may begin anywhere: ask with a cosine, too."),
            (partial(strength, squared=True), "That is the energy: the strength is its root."),
            (partial(strength, mean=True), "That is divided by N; the sums themselves are asked for."),
            (added, "The two sums are the sides of a right angle: square them, add, and take the root."),
        ],
        hint="turns = 2 * md.pi * k * md.arange(len(x)) / len(x); then both sums, and the length of them.",
    ),
    "ex4": Exercise(
        "Decibels",
        Function(energies),
        decibels,
        wrong=[
            (partial(decibels, factor=20.0), "20 is for amplitudes; these are energies already."),
            (partial(decibels, log=md.log), "That is the natural logarithm; decibels use the one of base 10."),
            (partial(decibels, factor=1.0), "Those are bels: ten decibels make one."),
            (partial(decibels, loudest=lambda x: 1.0), "The loudest is to be 0: divide by the largest energy first."),
            (
                lambda x: decibels(x).clamp(min=-60),
                "Nothing is cut off here, however quiet it is.",
            ),
            (lambda x: -decibels(x), "Quieter places are below 0, not above."),
        ],
        hint="10 * (energies / energies.max()).log10()",
    ),
    "ex5": Exercise(
        "A melody without its speaker",
        Function(pitches),
        semitones,
        wrong=[
            (lambda p: p - p.median(), "That is in hertz, where a low voice moves less: take the logarithm first."),
            (partial(semitones, steps=1.0), "Those are octaves; one has twelve semitones."),
            (partial(semitones, middle=md.mean), "That is the mean, which one wrong octave pulls away; take the median."),
            (partial(semitones, middle=lambda p: 100.0), "That is above 100 Hz: the speaker is still in it."),
            (partial(semitones, log=md.log), "That is the natural logarithm: an octave is a doubling, so take log2."),
        ],
        hint="12 * (pitch / pitch.median()).log2()",
    ),
    "ex6": Exercise(
        "A small network that hears",
        Experiment(listening_problem),
        None,
        wrong=[
            (NearestMean(), "85% are asked for"),
            (NearestMean(outputs=10), "20 logits for each sound are asked for"),
            (NearestMean(spare=7000), "at most 6,000 are allowed"),
            (ByPlace(), "words of the unseen voices: is it trained?"),
            (KnowsThemAll(), "is that data?"),
            (md.nn.Sequential(md.nn.AvgPool2d(4), md.nn.Flatten(), md.nn.Linear(32, 20)), "is it trained?"),
            ("the best", "Hand over the trained network itself"),
        ],
        hint="nn.AvgPool2d(2), nn.Flatten() and nn.Linear(128, 20) have 2,580 weights, and a few epochs are enough.",
    ),
}
