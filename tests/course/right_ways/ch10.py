"""Two ways, or more, to be right in chapter 10."""

import math

import minidl as md
from minidl import nn
from tests.course.right_ways.shared import read_by


def stop_by_counting(losses, patience):
    """Count the epochs since the lowest loss."""
    best, since = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, since = (loss, 0) if loss < best else (best, since + 1)
        if since == patience:
            return epoch
    return len(losses)


def stop_by_looking_back(losses, patience):
    """Stop where the lowest loss so far lies `patience` epochs back."""
    for epoch in range(1, len(losses) + 1):
        so_far = losses[:epoch]
        if epoch - 1 - so_far.index(min(so_far)) >= patience:
            return epoch
    return len(losses)


class MovedImages(nn.Module):
    """Images that are moved by up to a pixel while training."""

    def forward(self, images):
        return md.data.transforms.RandomShift(1)(images) if self.training else images


def careful_reader():
    """A network that has been trained well."""
    train, _ = md.data.digits()
    md.manual_seed(0)
    model = nn.Sequential(MovedImages(), nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.1), nn.Linear(256, 10))
    loader = md.data.DataLoader(md.data.Subset(train, range(6000)), batch_size=64, shuffle=True)
    optimizer = md.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.01)
    falling = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, 15)
    md.train.fit(model, loader, optimizer=optimizer, epochs=15, schedule=falling, verbose=False)
    return model


RIGHT_WAYS = {
    "ch10.ex1": lambda: ["overfitting", "Overfitting"],
    "ch10.ex2": lambda: [3.84, 4 * 0.98**2],
    "ch10.ex3": lambda: [lambda x, keep, p: x * keep / (1 - p), lambda x, keep, p: md.where(keep > 0, x / (1 - p), 0.0 * x)],
    "ch10.ex4": lambda: [
        lambda lr, t, T: lr * math.cos(math.pi * t / (2 * T)) ** 2,
        lambda lr, t, T: (lr + lr * math.cos(t / T * math.pi)) / 2,
    ],
    "ch10.ex5": lambda: [stop_by_counting, stop_by_looking_back],
    "ch10.ex6": lambda: [(model := careful_reader()), read_by(model.eval())],
}
