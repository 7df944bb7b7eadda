"""Train the diffusion model of emoji at 16 x 16 that chapter 24 loads, and keep its weights beside this file.

    python assets/models/emoji_diffusion/train.py     (or `make models`)

About three minutes on one core.
"""

import re
from collections import Counter
from pathlib import Path

import minidl as md
from minidl import nn
from minidl.vision.diffusion import UNet, diffusion_loss

STEPS, BATCH, RATE = 600, 64, 4e-3
LEFT_OUT, LEAST = {"and", "with"}, 5


def words_of(name):
    """The words of a name."""
    return set(re.findall("[a-zü]{3,}", name)) - LEFT_OUT


def vocabulary(names):
    """The words that can be asked for: those of at least LEAST names, the most frequent first."""
    counts = Counter(word for name in names for word in sorted(words_of(name)))
    return [word for word, count in counts.most_common() if count >= LEAST]


def asked(names, vocabulary):
    """For each name a 1 for each of its words, shape (N, len(vocabulary))."""
    return md.tensor([[float(word in words_of(name)) for word in vocabulary] for name in names])


def small(images):
    """Drawings at 16 x 16, from -1 to 1."""
    return nn.functional.adaptive_avg_pool2d(images, 16) * 2 - 1


def painter(words):
    """The network that paints what it is asked for."""
    return UNet(3, width=24, conditions=words)


def main():
    """Train, and save the running average of the weights."""
    learn, _ = md.data.emoji()
    vocab = vocabulary(learn.names)
    images, conditions = small(learn.images), asked(learn.names, vocab)
    md.manual_seed(0)
    model = painter(len(vocab))
    optimizer = md.optim.AdamW(model.parameters(), lr=RATE)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS, pct_start=0.1)
    average = md.optim.swa_utils.AveragedModel(model, avg_fn=md.optim.swa_utils.get_ema_avg_fn(0.99))
    for step in range(1, STEPS + 1):
        some = md.randint(0, len(images), (BATCH,))
        loss = diffusion_loss(model, images[some], conditions[some])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(model)
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.4f}", flush=True)
    md.save(average.module.half().state_dict(), Path(__file__).with_name("painter.safetensors"))


if __name__ == "__main__":
    main()
