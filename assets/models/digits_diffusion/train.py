"""Train the painter and the reader of digits at 16 x 16 that chapter 24 loads, and keep their weights beside this file.

    python assets/models/digits_diffusion/train.py     (or `make models`)

About two minutes on one core.
"""

from pathlib import Path

import minidl as md
from minidl import nn
from minidl.vision.diffusion import UNet, diffusion_loss

F = nn.functional
LEARN = 7000  # digits 0 to 6,999; the 1,000 after them judge
STEPS, BATCH, RATE = 900, 64, 4e-3


def small_digits():
    """The digits of the training set at 16 x 16, from -1 (paper) to 1 (ink), (8000, 1, 16, 16), and their labels."""
    digits, _ = md.data.digits()
    return F.avg_pool2d(F.pad(digits.images, (2, 2, 2, 2)), 2) * 2 - 1, digits.labels


def painter():
    """The network that paints: asked for by ten numbers, a 1 for the digit."""
    return UNet(1, width=16, conditions=10)


def reader():
    """The network that reads: its last layer but one gives 32 features."""
    seeing = [nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)]
    deeper = [nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*seeing, *deeper, nn.Flatten(), nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 10))


def trained(model, loss_of, steps=STEPS, rate=RATE):
    """Go down for `steps` batches; the running average of the weights is what is kept."""
    optimizer = md.optim.AdamW(model.parameters(), lr=rate)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    average = md.optim.swa_utils.AveragedModel(model, avg_fn=md.optim.swa_utils.get_ema_avg_fn(0.99), use_buffers=False)
    for step in range(1, steps + 1):
        loss = loss_of(model)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(model)
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.4f}", flush=True)
    return average.module.eval()


def paint_loss(images, conditions):
    """The loss of a random batch."""

    def loss_of(model):
        some = md.randint(0, len(images), (BATCH,))
        return diffusion_loss(model, images[some], conditions[some])

    return loss_of


def read_loss(images, labels):
    """Cross-entropy on a random batch."""

    def loss_of(model):
        some = md.randint(0, len(images), (BATCH,))
        return F.cross_entropy(model(images[some]), labels[some])

    return loss_of


def main():
    """Train both, save them, and say how good they are."""
    images, labels = small_digits()
    learn, learn_labels = images[:LEARN], labels[:LEARN]
    md.manual_seed(0)
    model = trained(reader(), read_loss(learn, learn_labels), steps=1000)
    md.save(model.half().state_dict(), Path(__file__).with_name("reader.safetensors"))
    with md.no_grad():
        print(f"read: {md.train.metrics.accuracy(model.float()(images[LEARN:]), labels[LEARN:]):.1%}", flush=True)
    md.manual_seed(0)
    model = trained(painter(), paint_loss(learn, F.one_hot(learn_labels, 10).float()))
    md.save(model.half().state_dict(), Path(__file__).with_name("painter.safetensors"))


if __name__ == "__main__":
    main()
