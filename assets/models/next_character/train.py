"""Train the language models of chapter 17, on a novel and on Tang poems, and keep them beside this file.

    python assets/models/next_character/train.py     (or `make models`)

About three minutes on one core.
"""

import math
from pathlib import Path

import minidl as md
from minidl import nn
from minidl.text import Vocabulary

LEARNED = 0.9  # of the novel and of the poems; what follows judges
F = nn.functional


class Writer(nn.Module):
    """A GRU that reads characters, and says at each place which comes next."""

    def __init__(self, size, embedding_dim=32, hidden_size=128):
        super().__init__()
        self.embedding = nn.Embedding(size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True)
        self.last = nn.Linear(hidden_size, size)

    def forward(self, batch, state=None):
        """Logits (N, L, size), and the state after the last character."""
        states, state = self.gru(self.embedding(batch), state)
        return self.last(states), state


def novel():
    """Its characters in small letters: the vocabulary, and the numbers to learn from and to judge on."""
    text = " ".join(md.data.novel().lower().split())
    vocabulary = Vocabulary(sorted(set(text)))
    numbers = md.tensor(vocabulary.numbers(text))
    end = int(LEARNED * len(numbers))
    return vocabulary, numbers[:end], numbers[end : end + 40_000]


def poems():
    """Each begins and ends with a full stop: the vocabulary, and the rows (N, 25) to learn from and to judge on."""
    texts = ["。" + poem for poem in md.data.poems()["poems"]]
    end = int(LEARNED * len(texts))
    vocabulary = Vocabulary.count(texts[:end], specials=["<unk>"], unknown="<unk>", min_count=3)
    rows = md.tensor([vocabulary.numbers(text) for text in texts])
    return vocabulary, rows[:end], rows[end:]


def bits(model, rows):
    """Cross-entropy of the next character, in bits, over rows (N, L)."""
    with md.no_grad():
        logits, _ = model(rows[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).item() / math.log(2)


def step_of(model, optimizer, batch, state=None):
    """One step on a batch (N, L + 1); the state comes back cut off from its past."""
    logits, state = model(batch[:, :-1], state)
    loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return state.detach()


def train_novel(steps=4000, rows=16, length=50):
    """Truncated backpropagation through time: sixteen readers go through the novel side by side."""
    vocabulary, numbers, _ = novel()
    md.manual_seed(0)
    model = Writer(len(vocabulary))
    optimizer = md.optim.Adam(model.parameters(), lr=0.005)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    width = (len(numbers) - 1) // rows
    side_by_side = numbers[: rows * width].reshape(rows, width)
    state, place = None, 0
    for _ in range(steps):
        if place + length + 1 > width:
            state, place = None, 0
        state = step_of(model, optimizer, side_by_side[:, place : place + length + 1], state)
        place += length
        schedule.step()
    return model


def train_poems(epochs=14, batch=32):
    """Poem by poem, each from its beginning."""
    vocabulary, rows, _ = poems()
    md.manual_seed(0)
    model = Writer(len(vocabulary), embedding_dim=64)
    optimizer = md.optim.Adam(model.parameters(), lr=0.004)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (len(rows) // batch))
    for _ in range(epochs):
        order = md.randperm(len(rows))
        for k in range(len(rows) // batch):
            step_of(model, optimizer, rows[order[k * batch : (k + 1) * batch]])
            schedule.step()
    return model


def score(name, model):
    """Bits for each character of the part put aside."""
    if name == "poems":
        return bits(model, poems()[2])
    _, _, numbers = novel()
    return bits(model, numbers[None])


def main():
    """Train both, save them, and say how good they are."""
    for name, train in (("novel", train_novel), ("poems", train_poems)):
        model = train()
        md.save(model.half().state_dict(), Path(__file__).with_name(f"{name}.safetensors"))
        print(f"{name}: {score(name, model.float()):.3f} bits for each character put aside", flush=True)


if __name__ == "__main__":
    main()
