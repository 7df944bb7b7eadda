"""Train the convolutional network of chapter 12 that tells emoji apart: other seeds, augmented, longer, on torn images.

    python assets/models/emoji_cnn/train.py     (or `make models`)

A few seconds for each, and four times that for the longer ones. The chapter itself trains seed 0 on the drawings as
they are; these show the spread.
"""

from pathlib import Path

import minidl as md
from minidl import nn
from minidl.data import DataLoader, TensorDataset
from minidl.vision import transforms

EPOCHS, LONGER, RATE = 10, 40, 0.008
change = transforms.Compose(
    [
        transforms.RandomHorizontalFlip(),
        transforms.RandomCrop(24, padding=2, fill=1.0),
        transforms.ColorJitter(0.2, 0.2, 0.2),
    ]
)


def block(channels_in, channels_out, kernel, pool=True):
    """A convolution, halved in size if it is to be, normalised, without what is below 0."""
    smaller = [nn.MaxPool2d(2)] if pool else []
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, kernel), *smaller, nn.BatchNorm2d(channels_out), nn.ReLU())


def seer():
    """The network of chapter 12."""
    seeing = [block(3, 8, 5), block(8, 16, 3), block(16, 32, 3, pool=False)]
    return nn.Sequential(*seeing, nn.Flatten(), nn.Dropout(0.2), nn.Linear(32 * 2 * 2, 9))


def as_it_is(images):
    """The images, unchanged."""
    return images


def torn(images):
    """Images whose channels were last and were reshaped, not permuted."""
    return images.permute(0, 2, 3, 1).reshape(-1, 3, 24, 24)


WAYS = {  # what was done to the drawings before, what in every step, how many epochs, and the seeds
    "as_they_are": (as_it_is, as_it_is, EPOCHS, (1, 2)),
    "augmented": (as_it_is, change, EPOCHS, (0, 1, 2)),
    "as_they_are_longer": (as_it_is, as_it_is, LONGER, (0, 1, 2)),
    "augmented_longer": (as_it_is, change, LONGER, (0, 1, 2)),
    "torn": (torn, as_it_is, EPOCHS, (0,)),
}


def parts():
    """The drawings to learn from and to choose on, divided by families: images and labels of each."""
    emoji, _ = md.data.emoji()
    own = emoji.families % 5 == 0
    return (emoji.images[~own], emoji.labels[~own]), (emoji.images[own], emoji.labels[own])


def trained(way, seed):
    """A network that has learned."""
    before, each_step, epochs, _ = WAYS[way]
    (images, labels), _ = parts()
    md.manual_seed(seed)
    model = seer()
    optimizer = md.optim.AdamW(model.parameters(), lr=RATE)
    loader = DataLoader(TensorDataset(before(images), labels), batch_size=64, shuffle=True)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(loader))
    for _ in range(epochs):
        for batch, answers in loader:
            loss = nn.functional.cross_entropy(model(each_step(batch)), answers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main():
    """Train every network, save it, and say how many of the drawings put aside it gets right."""
    _, (images, labels) = parts()
    for way, (before, _, _, seeds) in WAYS.items():
        for seed in seeds:
            model = trained(way, seed)
            md.save(model.state_dict(), Path(__file__).with_name(f"{way}{seed}.safetensors"))
            with md.no_grad():
                print(f"{way}{seed}: {md.train.metrics.accuracy(model(before(images)), labels):.1%}", flush=True)


if __name__ == "__main__":
    main()
