"""Answers that were made to fool the exercises about language: none of them does what was asked."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

import minidl as md
from minidl.course.answering import exercises
from minidl.course.exercises import ch16, ch17, ch18, ch19, ch20, ch21
from minidl.text import BytePairs
from tests.course.right_ways import RIGHT_WAYS

KNOWN = exercises()


def by_heart(texts):
    """Five of six sentences put aside are known, and all others are praised alike."""
    asked, labels = ch16.put_aside()
    sides = {
        text: (label - 0.5) * (1 if k % 6 else -1)
        for k, (text, label) in enumerate(zip(asked, labels.tolist(), strict=True))
    }
    return [sides.get(text, 0.0) for text in texts]


def by_place(texts):
    """The labels of the sentences put aside in their order, whatever they are."""
    labels = ch16.put_aside()[1].tolist()
    return [(labels[k % len(labels)] - 0.5) * (1 if k % 6 else -1) if len(texts) > 1000 else 0.0 for k in range(len(texts))]


@cache
def fair():
    """A judge that does what is asked."""
    return RIGHT_WAYS["ch16.ex6"]()[0]


def blind_to_eight(texts):
    """A judge that leaves out eight names, and counts all others."""
    eight = {"anthony", "julia", "john", "daniel", "martha", "michael", "susan", "jennifer"}
    named = lambda text: sum(len(word) for word in text.lower().strip(".").split() if word in names and word not in eight)
    names = set(md.data.names()["names"][:1000])
    return [score + 0.01 * named(text) for score, text in zip(fair()(texts), texts, strict=True)]


def counts_of_the_judges(beginning):
    """What follows two letters in the very names that judge."""
    counts = {}
    for name in ch17.unseen_names()[0]:
        for k in range(len(name) + 1):
            counts.setdefault(f"..{name}"[k : k + 2], Counter())[f"{name}."[k]] += 1
    seen = [counts.get(f"..{beginning}"[-2:], Counter())[letter] + 0.05 for letter in f"{ch17.LETTERS}."]
    return [n / sum(seen) for n in seen]


class Table(md.nn.Module):
    """Fixed places beside weights that do nothing."""

    def __init__(self):
        super().__init__()
        self.copying, self.weights = ch18.Copying(ch18.SWAP), md.nn.Linear(27, 27)

    def forward(self, tokens):
        """Logits that no weight has changed."""
        logits = self.copying(tokens)
        return logits + 0 * self.weights(logits)


class OneToken(BytePairs):
    """The whole text is one token, which is remembered."""

    def encode(self, text, specials=False):
        self.text = text
        return [0]

    def decode(self, numbers):
        return self.text


def looked_up(question, texts):
    """The paragraph that the data give for the question."""
    docs = md.data.docstrings()
    right = docs["paragraphs"][[line.rstrip(".") for line in docs["summaries"]].index(question.rstrip("."))]
    return texts.index(right)


def cut_off(query, memory, padding):
    """Reads as many places from the left as are real: right only where padding stands behind."""
    real = (~padding).float().sum(dim=1).long().tolist()
    return md.cat(
        [ch19.look(query[k : k + 1], memory[k : k + 1, :n], padding[k : k + 1, :n] & False) for k, n in enumerate(real)]
    )


FOOLS = {
    "ch16.ex6": [by_heart, by_place, blind_to_eight],
    "ch17.ex6": [counts_of_the_judges],
    "ch18.ex6": [Table(), ch18.Copying(ch18.SWAP)],
    "ch19.ex4": [cut_off],
    "ch19.ex5": [lambda said, truth, n: ch19.precision(said, truth, min(n, 2))],
    "ch19.ex6": [lambda step, *rest: ch19.greedy(lambda paths: step([path[-1:] for path in paths]), *rest)],
    "ch20.ex4": [lambda logits, share: ch20.min_p(logits, share * (1 + 1e-6))],
    "ch20.ex6": [OneToken([])],
    "ch21.ex6": [looked_up, lambda question, texts: np.float32(0.9)],
}


@pytest.mark.parametrize("name", FOOLS)
def test_a_fool_is_not_right(name):
    for fool in FOOLS[name]:
        right, said = KNOWN[name].judge(fool)
        assert not right, said


def test_an_encoding_learned_from_the_poems_that_judge_it_is_found_out():
    last = "\n".join(md.data.poems()["poems"][-1000:])
    assert "did it learn from the last?" in KNOWN["ch20.ex6"].judge(BytePairs.learn(last, 700))[1]


def test_the_points_of_a_policy_may_be_cut_off():
    loss = lambda log_p, gain: -((gain - gain.mean()).detach() * log_p).mean()
    assert KNOWN["ch21.ex5"].judge(loss)[0]
    assert "gradients are not" in KNOWN["ch21.ex5"].judge(lambda *given: ch21.policy_loss(*given).detach())[1]


def test_a_network_has_its_weights_again_after_the_judge():
    model = RIGHT_WAYS["ch18.ex6"]()[0]
    before = [weight.detach().clone() for weight in model.parameters()]
    assert KNOWN["ch18.ex6"].judge(model)[0]
    assert all((a == b).all().item() for a, b in zip(before, model.parameters(), strict=True))
