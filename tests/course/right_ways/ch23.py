"""Two ways, or more, to be right in chapter 23."""

from itertools import groupby, product

import numpy as np

import minidl as md
from minidl import nn
from minidl.text.metrics import edit_distance, error_rate


def by_groups(path):
    """Runs of equal classes, and where each begins."""
    runs, start = [], 0
    for k, run in groupby(path):
        if k:
            runs.append([k, start])
        start += len(list(run))
    return runs


def by_the_frame_before(path):
    """Each class beside the one before it."""
    return [(k, t) for t, (before, k) in enumerate(zip([0, *path], path, strict=False)) if k and k != before]


def said(path):
    """What a path says."""
    return [k for k, _ in by_the_frame_before(path)]


def by_listing(log_probs, labels):
    """Of all paths that say the labels, the likeliest, built up frame by frame."""
    scores = log_probs.numpy()
    classes = sorted({0, *labels})
    paths = [[]]
    for _ in range(len(scores)):
        longer = [[*path, k] for path, k in product(paths, classes)]
        paths = [path for path in longer if said(path) == list(labels[: len(said(path))])]
    right = [path for path in paths if said(path) == list(labels)]
    return max(right, key=lambda path: sum(scores[t, k] for t, k in enumerate(path)))


def by_a_table(log_probs, labels):
    """The best beginnings, each with the path itself."""
    scores, states = log_probs.numpy(), [0, *[k for label in labels for k in (label, 0)]]
    best = {s: (scores[0, states[s]], [states[s]]) for s in (0, 1)}
    for row in scores[1:]:
        found = {}
        for s, k in enumerate(states):
            came = [best[j] for j in (s, s - 1) if j in best]
            if s - 2 in best and k and k != states[s - 2]:
                came.append(best[s - 2])
            if came:
                score, path = max(came)
                found[s] = (score + row[k], [*path, k])
        best = found
    return max(best[s] for s in (len(states) - 2, len(states) - 1) if s in best)[1]


def by_totals(said, truth):
    """All edits and all letters, added up."""
    return np.sum([edit_distance(*pair) for pair in zip(said, truth, strict=True)]) / np.sum([len(t) for t in truth])


def small_speller(width, seed):
    """A small network that has learned the ten digits of 30 voices."""
    digits = md.data.commands()[0]
    digits = digits[digits.labels < 10]
    md.manual_seed(0)
    places = np.flatnonzero(np.isin(digits.voices.numpy(), md.randperm(58).numpy()[:30]))
    words, frames = [digits.classes[k] for k in digits.labels.tolist()], digits.lengths.numpy() // 2
    letters = ["-", *sorted(set("".join(words)))]
    md.manual_seed(seed)
    first = [nn.Conv1d(32, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU(), nn.MaxPool1d(2)]
    second = [nn.Conv1d(width, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU()]
    model = nn.Sequential(*first, *second, nn.Conv1d(width, 16, 3, padding=1))
    optimizer, random = md.optim.Adam(model.parameters(), lr=0.01), np.random.RandomState(seed)
    for _ in range(16):
        for batch in random.permutation(places).reshape(-1, 30):
            log_probs = model(digits.spectra[batch]).permute(2, 0, 1).log_softmax(dim=2)
            targets = [letters.index(letter) for n in batch for letter in words[n]]
            lengths = [len(words[n]) for n in batch]
            loss = nn.functional.ctc_loss(log_probs, md.tensor(targets), frames[batch], lengths)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


RIGHT_WAYS = {
    "ch23.ex1": lambda: [13, 10 + 3.0],
    "ch23.ex2": lambda: [by_groups, by_the_frame_before],
    "ch23.ex3": lambda: [0.57, 1 - 0.3 * 0.5 - 0.2 - 0.3 * 0.1 - 0.5 * 0.1],
    "ch23.ex4": lambda: [by_listing, by_a_table],
    "ch23.ex5": lambda: [error_rate, by_totals],
    "ch23.ex6": lambda: [small_speller(24, 0), small_speller(22, 1)],
}
