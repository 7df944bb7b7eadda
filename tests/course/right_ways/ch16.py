"""Two ways, or more, to be right in chapter 16."""

import math
from collections import Counter

import minidl as md
from minidl.text import normalise, words

F = md.nn.functional


def counting_judge(strength):
    """Naive Bayes on words, with first names left out: how much more often does a word come with praise?"""
    names = set(md.data.names()["names"][:1000])
    reviews, _ = md.data.reviews()
    kept = lambda text: {word for word in words(normalise(text)) if word not in names}
    seen = Counter(), Counter()
    for text, label in zip(reviews.texts[:7000], reviews.labels.tolist(), strict=False):
        seen[label].update(kept(text))
    weight = {w: math.log((seen[1][w] + strength) / (seen[0][w] + strength)) for w in seen[0] | seen[1]}
    return lambda texts: [sum(weight.get(word, 0.0) for word in sorted(kept(text))) for text in texts]


def row_by_row(rows, lengths):
    """A masked maximum, one sentence after the other."""
    return md.stack([row[:length].amax(dim=0) for row, length in zip(rows, lengths.tolist(), strict=True)])


def strike_off(rows, k, count):
    """The most similar rows, one after the other."""
    cosines, found = F.cosine_similarity(rows, rows[k : k + 1], dim=1).tolist(), []
    for _ in range(count):
        left = [n for n in range(len(cosines)) if n != k and n not in found]
        found.append(max(left, key=lambda n: cosines[n]))
    return found


RIGHT_WAYS = {
    "ch16.ex1": lambda: [-1.7, 0.1 + 0.2 - 2],
    "ch16.ex2": lambda: [11 * math.log(2), 7.6246],
    "ch16.ex3": lambda: [
        row_by_row,
        lambda rows, lengths: rows.where((md.arange(rows.shape[1]) < lengths[:, None])[:, :, None], md.tensor(-1e9)).amax(1),
    ],
    "ch16.ex4": lambda: [
        lambda u, v, drawn: -(u @ v).sigmoid().log() - (1 - (drawn @ u).sigmoid()).log().sum(),
        lambda u, v, drawn: F.softplus(-(u * v).sum()) + F.softplus((drawn * u).sum(dim=1)).sum(),
    ],
    "ch16.ex5": lambda: [
        strike_off,
        lambda rows, k, count: [
            n for n in F.normalize(rows, dim=1).matmul(F.normalize(rows, dim=1)[k]).argsort().flip([0]).tolist() if n != k
        ][:count],
    ],
    "ch16.ex6": lambda: [counting_judge(1.0), counting_judge(0.5)],
}
