"""Two ways, or more, to be right in chapter 18."""

import math

import minidl as md
from minidl import nn
from minidl.nn import functional as F


class Swapper(nn.Module):
    """minidl's own transformer layer, with learned places."""

    def __init__(self, width, hidden):
        super().__init__()
        self.tokens, self.places = nn.Embedding(27, width), nn.Embedding(12, width)
        options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.layer = nn.TransformerEncoderLayer(width, 2, hidden, **options)
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, 27)

    def forward(self, tokens):
        """Logits (N, 12, 27)."""
        later = md.ones(12, 12).triu(1).bool()
        return self.out(self.norm(self.layer(self.tokens(tokens) + self.places.weight, src_mask=later)))


def swapper(width, hidden, seed):
    """A network that has learned to swap the halves of names."""
    names = [name for name in md.data.names()["names"] if len(name) == 6]
    letters = md.tensor([[" abcdefghijklmnopqrstuvwxyz".index(c) for c in name] for name in names])
    letters = letters[md.randperm(len(letters), generator=md.Generator().manual_seed(0))]
    rows = md.cat([letters, md.zeros(len(letters), 1).long(), letters.roll(3, 1)], dim=1)[:-300]
    md.manual_seed(seed)
    model, steps = Swapper(width, hidden), 120
    optimizer = md.optim.Adam(model.parameters(), lr=0.02)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=steps)
    for _ in range(steps):
        batch = rows[md.randint(0, len(rows), (48,))]
        loss = F.cross_entropy(model(batch[:, :-1])[:, 6:].flatten(0, 1), batch[:, 7:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


def window_mask(length, size):
    """True where a token looks."""
    return md.ones(length, length).tril().bool() & md.ones(length, length).triu(1 - size).bool()


def row_by_row(scores, slope):
    """The weights of one token after another."""
    rows = []
    for i in range(len(scores)):
        back = md.arange(i, -1, -1).float()
        weights = (scores[i, : i + 1] - slope * back).softmax(dim=0)
        rows.append(md.cat([weights, md.zeros(len(scores) - 1 - i)]))
    return md.stack(rows)


RIGHT_WAYS = {
    "ch18.ex1": lambda: [1 / (1 + math.exp(-2)), md.tensor([2.0, 0.0]).softmax(dim=0)[0]],
    "ch18.ex2": lambda: [55, sum(range(1, 11))],
    "ch18.ex3": lambda: [
        lambda q, k, v, size: F.scaled_dot_product_attention(q, k, v, attn_mask=window_mask(len(q), size)),
        lambda q, k, v, size: md.stack(
            [
                F.scaled_dot_product_attention(q[i : i + 1], *(x[max(0, i + 1 - size) : i + 1] for x in (k, v)))[0]
                for i in range(len(q))
            ]
        ),
    ],
    "ch18.ex4": lambda: [
        row_by_row,
        lambda s, slope: (
            (s + slope * md.arange(len(s)).float()).masked_fill(md.ones(*s.shape).triu(1).bool(), -math.inf).softmax(dim=-1)
        ),
    ],
    "ch18.ex5": lambda: [28272, 4 * 48 * 48 + 4 * 48 + 8 * 48 * 48 + 5 * 48 + 4 * 48],
    "ch18.ex6": lambda: [swapper(32, 64, seed=0), swapper(24, 96, seed=1)],
}
