"""Train the models of chapter 27 whose loss is to follow a law of their size, and write what came of each beside this file.

    python assets/models/scaling/train.py     (or `make models`)

Some minutes on one core. The predictions for the larger models are made, and written, before those are trained.
"""

import json
from pathlib import Path

import numpy as np

import minidl as md
from minidl import nn

CONTEXT, EMBEDDING = 8, 16
WIDTHS, LARGE, HUGE = (3, 4, 6, 8, 12), 128, 1280
SEEDS = (0, 1, 2)
RATES = (0.003, 0.01, 0.03)  # tried for the smallest and the largest of WIDTHS, on the validation part
STEPS, BATCH = 3000, 256
HERE = Path(__file__).parent


def parts():
    """The novel as numbers, by its 75 characters: where to learn, where to choose, where to judge."""
    text = md.data.novel()
    number = {c: i for i, c in enumerate(sorted(set(text)))}
    codes = np.array([number[c] for c in text])
    a, b = int(0.9 * len(codes)), int(0.95 * len(codes))
    return codes[:a], codes[a:b], codes[b:]


class NextCharacter(nn.Module):
    """The next character from the eight before it (Bengio et al. 2003)."""

    def __init__(self, width, characters=75):
        super().__init__()
        self.embedding = nn.Embedding(characters, EMBEDDING)
        self.hidden = nn.Linear(CONTEXT * EMBEDDING, width)
        self.out = nn.Linear(width, characters)

    def forward(self, x):
        """(N, 8) to logits (N, 75)."""
        return self.out(self.hidden(self.embedding(x).flatten(1)).tanh())


def windows(codes, starts):
    """The characters from each start on, and the one that follows them."""
    rows = codes[starts[:, None] + np.arange(CONTEXT + 1)]
    return md.tensor(rows[:, :-1]), md.tensor(rows[:, -1])


def trained(width, seed, rate, codes, steps=STEPS):
    """A model of a width after all steps, with a rate that falls to 0."""
    md.manual_seed(seed)
    draw = np.random.default_rng(seed)
    model = NextCharacter(width)
    optimizer = md.optim.Adam(model.parameters(), lr=rate)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x, y = windows(codes, draw.integers(0, len(codes) - CONTEXT, BATCH))
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def loss_on(model, codes):
    """The mean cross-entropy at every second place of a part."""
    with md.no_grad():
        x, y = windows(codes, np.arange(0, len(codes) - CONTEXT, 2))
        return nn.functional.cross_entropy(model(x), y).item()


def size(width):
    """How many weights a model has without its embedding, which is the same in all (Kaplan et al. 2020 count so)."""
    model = NextCharacter(width)
    return sum(p.numel() for part in (model.hidden, model.out) for p in part.parameters())


def fitted(sizes, losses):
    """E, A and alpha of the law E + A / N**alpha that is nearest to some losses: the best of many E, the rest by a line."""
    best = (np.inf, 0.0, 0.0, 0.0)
    logs = np.log(np.asarray(sizes, float))
    for floor in np.linspace(0, min(losses) - 1e-3, 1000):
        slope, start = np.polyfit(logs, np.log(np.asarray(losses) - floor), 1)
        errors = floor + np.exp(start + slope * logs) - losses
        best = min(best, ((errors**2).sum(), floor, np.exp(start), -slope))
    return tuple(float(v) for v in best[1:])


def run(width, seed, rate, data, steps=STEPS, told=("loss",)):
    """One run, as it is recorded (with its loss on the last part, or "validation"), and its model."""
    learn, choose, judge = data
    model = trained(width, seed, rate, learn, steps)
    record = {"width": width, "weights": size(width), "seed": seed, "rate": rate, "steps": steps}
    record |= {name: round(loss_on(model, {"loss": judge, "validation": choose}[name]), 5) for name in told}
    print(record, flush=True)
    return record, model


def main():
    """All runs, in the order in which they are told."""
    data = parts()
    chosen = ("validation",)
    record: dict = {"rates": [run(w, 0, r, data, told=chosen)[0] for w in (WIDTHS[0], WIDTHS[-1]) for r in RATES]}
    totals = {rate: sum(r["validation"] for r in record["rates"] if r["rate"] == rate) for rate in RATES}
    rate = min(totals, key=totals.__getitem__)
    record["small"] = [run(width, seed, rate, data)[0] for width in WIDTHS for seed in SEEDS]
    floor, scale, alpha = fitted(*zip(*[(r["weights"], r["loss"]) for r in record["small"]], strict=True))
    record["predicted"] = {width: round(floor + scale / size(width) ** alpha, 5) for width in (LARGE, HUGE)}
    save(record)
    record["large"], models = zip(*[run(LARGE, seed, rate, data) for seed in SEEDS], strict=True)
    md.save(models[0].state_dict(), HERE / "large.safetensors")
    record["huge"] = [run(HUGE, 0, r, data, told=("validation", "loss"))[0] for r in (rate, RATES[0])]
    record["half"] = [run(WIDTHS[-1], 0, rate, data, STEPS // 2)[0], run(HUGE, 0, RATES[0], data, STEPS // 2)[0]]
    save(record)


def save(record):
    """Write what is known so far."""
    (HERE / "runs.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
