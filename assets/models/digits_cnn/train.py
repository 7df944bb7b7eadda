"""Train the convolutional network of chapter 12 with other seeds than the chapter's, and keep the weights beside it.

    python assets/models/digits_cnn/train.py     (or `make models`)

About a quarter of a minute for each seed on one core. The chapter trains seed 0 itself; these show the spread.
"""

from pathlib import Path

import minidl as md
from minidl import nn
from minidl.data import DataLoader, Subset
from minidl.vision import transforms

SEEDS = (1, 2, 3, 4)
LEARN, EPOCHS = 7000, 6  # digits 0 to 6,999; the 1,000 after them judge


def block(channels_in, channels_out, kernel, pool=True):
    """A convolution, halved in size if it is to be, normalised, without what is below 0."""
    smaller = [nn.MaxPool2d(2)] if pool else []
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, kernel), *smaller, nn.BatchNorm2d(channels_out), nn.ReLU())


def reader():
    """The network of chapter 12."""
    seeing = [block(1, 16, 5), block(16, 32, 3), block(32, 64, 3, pool=False)]
    return nn.Sequential(*seeing, nn.Flatten(), nn.Linear(64 * 3 * 3, 10))


def trained(seed):
    """A reader that has learned."""
    md.manual_seed(seed)
    digits, _ = md.data.digits()
    model = reader()
    optimizer = md.optim.AdamW(model.parameters(), lr=0.005)
    loader = DataLoader(Subset(digits, range(LEARN)), batch_size=64, shuffle=True)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * len(loader))
    wobble = transforms.RandomAffine(10, translate=(0.07, 0.07), scale=(0.9, 1.1), interpolation="bilinear")
    for _ in range(EPOCHS):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(wobble(images)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main():
    """Train with every seed, save, and say how many of the digits put aside are read."""
    digits, _ = md.data.digits()
    images, labels = digits.images[LEARN:], digits.labels[LEARN:]
    for seed in SEEDS:
        model = trained(seed)
        md.save(model.state_dict(), Path(__file__).with_name(f"seed{seed}.safetensors"))
        with md.no_grad():
            print(f"seed {seed}: {md.train.metrics.accuracy(model(images), labels):.1%}", flush=True)


if __name__ == "__main__":
    main()
