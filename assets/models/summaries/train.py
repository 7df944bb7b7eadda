"""Train the summarisers of chapter 21, and keep one that can copy, and the scores of all, beside this script.

    python assets/models/summaries/train.py     (or `make models`)

About six minutes on one core. The chapter defines the same network, and trains it for a few seconds.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

import minidl as md
from minidl import nn
from minidl.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from minidl.text import Vocabulary, metrics, pad, similarity

SEEDS = (0, 1, 2)
PAD, UNKNOWN, START, END = range(4)
SPECIALS = ["<pad>", "<unk>", "<s>", "</s>"]
EPOCHS, BATCH, RATE, RARE = 10, 32, 4e-3, 6
READ, WRITTEN = 60, 14  # words that are read and written at most
NEW, ASIDE, LEAST_ALIKE = "networkx", 300, 0.6
FOLDER = Path(__file__).parent


def words_of(text):
    """Words in small letters, names with their dots and underlines, marks; no backticks."""
    return re.findall(r"[a-z_][\w.]*\w|\w+|[^\w\s]", text.lower().replace("`", ""))


def split():
    """Pairs (paragraph, first line, name): to learn from, to choose on, to test, and those of a package put aside.

    Divided by module, and near-duplicates of what judges were taken out of what is learned.
    """
    docs = md.data.docstrings()
    pairs = list(zip(docs["paragraphs"], docs["summaries"], docs["names"], strict=True))
    new = [pair for pair in pairs if pair[2].startswith(NEW)]
    rest = [pair for pair in pairs if not pair[2].startswith(NEW)]
    module = lambda pair: ".".join(pair[2].split(".")[:3])
    modules = sorted({module(pair) for pair in rest})
    rank = dict(zip(modules, np.random.RandomState(0).permutation(len(modules)).tolist(), strict=True))
    rest.sort(key=lambda pair: rank[module(pair)])
    test, choose, learn = rest[:ASIDE], rest[ASIDE : 2 * ASIDE], rest[2 * ASIDE :]
    alike = similarity([line for _, line, _ in learn], [line for _, line, _ in test + choose + new]).max(dim=1).values
    learn = [pair for pair, value in zip(learn, alike.tolist(), strict=True) if value < LEAST_ALIKE]
    return learn, choose, test, new


def vocabulary_of(pairs):
    """The words that are not rare, and the special ones."""
    return Vocabulary.count((words_of(f"{a} {b}") for a, b, _ in pairs), SPECIALS, "<unk>", min_count=RARE)


def coded(pairs, vocabulary):
    """Numbers of a paragraph and its line: a word that is not in the vocabulary gets a number of its own in each pair."""
    rows = []
    for paragraph, line, _ in pairs:
        source = words_of(paragraph)[:READ]
        own = [word for word in dict.fromkeys(source) if word not in vocabulary]
        number = lambda word, own=own: len(vocabulary) + own.index(word) if word in own else vocabulary[word]
        rows.append(([number(w) for w in source], [START, *(number(w) for w in words_of(line)[:WRITTEN]), END], own))
    return rows


class Summariser(nn.Module):
    """A GRU reads, another writes; at each word it may copy what it looks at (See, Liu & Manning 2017)."""

    def __init__(self, words, size=64, width=96, copies=True, dropout=0.3):
        super().__init__()
        self.words, self.copies = words, copies
        self.embedding = nn.Embedding(words, size, padding_idx=PAD)
        self.encoder = nn.GRU(size, width // 2, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(size, width, batch_first=True)
        self.query = nn.Linear(width, width, bias=False)
        self.mix = nn.Linear(2 * width, size)
        self.output = nn.Linear(size, words)
        self.copy = nn.Linear(2 * width, 1)
        self.dropout = nn.Dropout(dropout)

    def embed(self, numbers):
        """The vectors of words; one that is not in the vocabulary is read as unknown."""
        return self.dropout(self.embedding(numbers.masked_fill(numbers >= self.words, UNKNOWN)))

    def encode(self, x):
        """What was read, the state to begin with, and where padding stands."""
        packed = pack_padded_sequence(self.embed(x), (x != PAD).sum(dim=1), batch_first=True, enforce_sorted=False)
        memory, last = self.encoder(packed)
        return pad_packed_sequence(memory, batch_first=True)[0], md.cat([last[0], last[1]], dim=-1)[None], x == PAD

    def decode(self, y, memory, state, padding):
        """After each word of y: the chances of the vocabulary, where it looks, the chance to copy, the state."""
        hidden, state = self.decoder(self.embed(y), state)
        scores = self.query(hidden) @ memory.transpose(1, 2) / memory.shape[-1] ** 0.5
        looks = scores.masked_fill(padding[:, None], -md.inf).softmax(dim=-1)
        both = md.cat([looks @ memory, hidden], dim=-1)
        chances = self.output(self.dropout(self.mix(both).tanh())).softmax(dim=-1)
        copy = self.copy(both).sigmoid() if self.copies else md.zeros(*y.shape, 1)
        return chances, looks, copy, state

    def chance(self, x, y):
        """The probability of each right word of y under teacher forcing (N, L)."""
        chances, looks, copy, _ = self.decode(y[:, :-1], *self.encode(x))
        target = y[:, 1:]
        outside = target >= self.words  # only the paragraph knows this word: it can be copied, not written
        written = chances.gather(2, target.masked_fill(outside, UNKNOWN)[..., None]).squeeze(2).masked_fill(outside, 0.0)
        same = (x[:, None] == target[..., None]).float()
        copy = copy.squeeze(2)
        return (1 - copy) * written + copy * (looks * same).sum(dim=-1)


def loss_of(model, x, y):
    """Nats a word, of the words that the model has a way to say."""
    most = md.inf if model.copies else model.words
    real = ((y[:, 1:] > UNKNOWN) & (y[:, 1:] < most)).float()
    return -((model.chance(x, y) + 1e-6).log() * real).sum() / real.sum()


def train(model, pairs, vocabulary, seed, epochs=EPOCHS, rate=RATE):
    """Teacher forcing; batches hold paragraphs of about the same length."""
    random, rows = np.random.RandomState(seed), coded(pairs, vocabulary)
    optimizer = md.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * -(-len(rows) // BATCH))
    model.train()
    for _ in range(epochs):
        order = sorted(random.permutation(len(rows)), key=lambda k: len(rows[k][0]) + random.rand() * 8)
        batches = [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
        for k in random.permutation(len(batches)):
            x, y = (pad([rows[i][part] for i in batches[k]]) for part in (0, 1))
            loss = loss_of(model, x, y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


def mixed(model, x, extra, chances, looks, copy):
    """The chances of all words, of those that only the paragraphs know, too (N, L, V + extra); <unk> is never said."""
    wide = md.zeros(*chances.shape[:2], model.words + extra)
    wide[..., : model.words] = (1 - copy) * chances
    wide[..., UNKNOWN] = 0
    where = x[:, None].expand(-1, chances.shape[1], -1)
    return wide.scatter_add(2, where, copy * looks)


def write(model, rows, vocabulary, most=WRITTEN):
    """The likeliest word, one after the other, for many paragraphs at once."""
    x, extra = pad([row[0] for row in rows]), max(len(row[2]) for row in rows)
    with md.no_grad():
        memory, state, padding = model.encode(x)
        token, said = md.full((len(rows), 1), START), []
        for _ in range(most):
            chances, looks, copy, state = model.decode(token, memory, state, padding)
            everything = mixed(model, x, extra, chances, looks, copy)
            token = everything.argmax(dim=-1)
            said.append(token)
    lines = [line[: line.index(END)] if END in line else line for line in md.cat(said, dim=1).tolist()]
    return [" ".join([*vocabulary.tokens, *own][n] for n in line) for line, (_, _, own) in zip(lines, rows, strict=True)]


def score(said, pairs):
    """The mean ROUGE-1, ROUGE-2 and ROUGE-L."""
    return [float(np.mean([metrics.rouge(a, b[1], kind) for a, b in zip(said, pairs, strict=True)])) for kind in (1, 2, "L")]


def write_all(model, pairs, vocabulary, batch=100):
    """Summaries of many paragraphs."""
    rows = coded(pairs, vocabulary)
    return [line for k in range(0, len(rows), batch) for line in write(model, rows[k : k + batch], vocabulary)]


def main():
    """Train all, keep the weights of the first seed, and the scores on the pairs to choose on; the test stays closed."""
    learn, choose, _, _ = split()
    vocabulary, found = vocabulary_of(learn), []
    for name, copies in (("pointer", True), ("plain", False)):
        for seed in SEEDS:
            md.manual_seed(seed)
            model = train(Summariser(len(vocabulary), copies=copies), learn, vocabulary, seed)
            found.append({"model": name, "seed": seed, "choose": score(write_all(model, choose, vocabulary), choose)})
            print(found[-1], flush=True)
            if copies and seed == 0:
                md.save({key: value.half() for key, value in model.state_dict().items()}, FOLDER / f"{name}.safetensors")
    (FOLDER / "scores.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
