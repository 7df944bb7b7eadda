"""Train the models of chapter 27 whose loss is to follow a law of their size, and write what came of each beside this file.

    python assets/models/scaling/train.py     (or `make models`)

About ten minutes on one core; `train.py fixed`, `train.py predict` and `train.py find` do a part of it each. The
first law is for a fixed number of steps (`runs.json`). In the second the number of characters grows with the weights, and
its prediction is blind: `blind.json` was written, and committed, before any model of that size had been trained;
`blind_found.json` is what came.
"""

import json
import sys
from pathlib import Path

import numpy as np

import minidl as md
from minidl import nn

CONTEXT, EMBEDDING = 8, 16
WIDTHS, LARGE, HUGE = (3, 4, 6, 8, 12), 128, 1280
SEEDS = (0, 1, 2)
RATES = (0.003, 0.01, 0.03)  # tried for the smallest and the largest of WIDTHS, on the validation part
GROWING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1)  # tried for each of GROWING
VALIDATION = ("validation",)
STEPS, BATCH = 3000, 256
GROWING, UNSEEN = (12, 20, 34, 58, 98), 980  # of the second law
EACH = 20  # characters for each weight (Hoffmann et al. 2022)
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


def law(sizes, losses):
    """The law through some losses as a function of a size."""
    floor, scale, alpha = fitted(sizes, losses)
    return lambda size: floor + scale / size**alpha


def interval(sizes, losses, to, draws=200):
    """Where four of five predictions lie that come from fits to one seed of each size, drawn at random."""
    draw, first = np.random.default_rng(0), np.arange(0, len(losses), len(SEEDS))
    chosen = [first + draw.integers(0, len(SEEDS), len(first)) for _ in range(draws)]
    guesses = [law(sizes[first], losses[rows])(to) for rows in chosen]
    return [round(float(v), 4) for v in np.percentile(guesses, [10, 90])]


def fixed_steps(data):
    """The law of models that all make the same number of steps, in the order in which it is told."""
    record: dict = {"rates": [run(w, 0, r, data, told=VALIDATION)[0] for w in (WIDTHS[0], WIDTHS[-1]) for r in RATES]}
    totals = {rate: sum(r["validation"] for r in record["rates"] if r["rate"] == rate) for rate in RATES}
    rate = min(totals, key=totals.__getitem__)
    record["small"] = [run(width, seed, rate, data)[0] for width in WIDTHS for seed in SEEDS]
    predicted = law(*zip(*[(r["weights"], r["loss"]) for r in record["small"]], strict=True))
    record["predicted"] = {width: round(predicted(size(width)), 5) for width in (LARGE, HUGE)}
    save(record)
    record["large"], models = zip(*[run(LARGE, seed, rate, data) for seed in SEEDS], strict=True)
    md.save(models[0].state_dict(), HERE / "large.safetensors")
    record["huge"] = [run(HUGE, 0, r, data, told=(*VALIDATION, "loss"))[0] for r in (rate, RATES[0])]
    record["half"] = [run(WIDTHS[-1], 0, rate, data, STEPS // 2)[0], run(HUGE, 0, RATES[0], data, STEPS // 2)[0]]
    save(record)


def steps_for(width):
    """How many steps show a model `EACH` characters for each of its weights."""
    return round(EACH * size(width) / BATCH)


def predict_blind(data):
    """The law of models that see more the larger they are, and what it says of one that nobody has trained."""
    record: dict = {"each": EACH, "rates": [], "small": []}
    for width in GROWING:
        tried = [run(width, 0, rate, data, steps_for(width), VALIDATION)[0] for rate in GROWING_RATES]
        rate = min(tried, key=lambda r: r["validation"])["rate"]
        record["rates"] += tried
        record["small"] += [run(width, seed, rate, data, steps_for(width))[0] for seed in SEEDS]
    sizes, losses = (np.array([r[name] for r in record["small"]]) for name in ("weights", "loss"))
    unseen = {"width": UNSEEN, "weights": size(UNSEEN), "steps": steps_for(UNSEEN)}
    unseen["rates"] = [rate, GROWING_RATES[GROWING_RATES.index(rate) - 1]]  # the last, and the next below
    unseen |= {"loss": round(law(sizes, losses)(size(UNSEEN)), 4), "interval": interval(sizes, losses, size(UNSEEN))}
    unseen |= {"if nothing is gained": round(float(losses[-len(SEEDS) :].mean()), 4)}
    save(record | {"predicted": unseen}, "blind.json")


def find_blind(data):
    """Train what was predicted, with both rates; the validation part chooses."""
    unseen = json.loads((HERE / "blind.json").read_text())["predicted"]
    told = (*VALIDATION, "loss")
    found = [run(unseen["width"], 0, rate, data, unseen["steps"], told)[0] for rate in unseen["rates"]]
    save({"found": found, "chosen": min(found, key=lambda r: r["validation"])}, "blind_found.json")


def save(record, name="runs.json"):
    """Write what is known so far."""
    (HERE / name).write_text(json.dumps(record, indent=1) + "\n")


PARTS = {"fixed": fixed_steps, "predict": predict_blind, "find": find_blind}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name](parts())
