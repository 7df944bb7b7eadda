"""Two ways, or more, to be right in chapter 15."""

import minidl as md
from minidl import nn
from minidl.vision import transforms

F = nn.functional


def learner(width, seed):
    """A way to learn from few digits: a network of some width, and augmentation."""
    change = transforms.RandomAffine(15, translate=(0.1, 0.1), scale=(0.85, 1.15), interpolation="bilinear")

    def learn(images, labels):
        md.manual_seed(seed)
        layers = [nn.Conv2d(1, width, 5, stride=2, padding=2), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU()]
        model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(2 * width * 49, 10))
        optimizer = md.optim.Adam(model.parameters(), lr=0.005)
        for _ in range(60):
            loss = F.cross_entropy(model(change(images)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return model

    return learn


def info_nce_by_hand(a, b, temperature):
    """The mean over the rows of log-sum-exp less the score of the partner."""
    a, b = (z / (z * z).sum(dim=1, keepdim=True).sqrt() for z in (a, b))
    scores = a @ b.T / temperature
    return (scores.logsumexp(dim=1) - scores.diagonal()).mean()


def sure_one_by_one(logits, least):
    """The numbers and classes, image after image."""
    rows = [(k, row.softmax(dim=0)) for k, row in enumerate(logits)]
    sure = [(k, row.argmax().item()) for k, row in rows if row.max().item() >= least]
    return md.tensor([k for k, _ in sure]), md.tensor([label for _, label in sure])


RIGHT_WAYS = {
    "ch15.ex1": lambda: [126, 2 * (64 - 1)],
    "ch15.ex2": lambda: [10_250, sum(p.numel() for p in nn.Linear(1024, 10).parameters())],
    "ch15.ex3": lambda: [
        info_nce_by_hand,
        lambda a, b, t: -(F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / t).log_softmax(dim=1).diagonal().mean(),
    ],
    "ch15.ex4": lambda: [
        lambda z: (z / z.norm(dim=1, keepdim=True)).std(dim=0, correction=0).mean(),
        lambda z: F.normalize(z, dim=1).var(dim=0, correction=0).sqrt().mean(),
    ],
    "ch15.ex5": lambda: [
        lambda logits, least: (
            (logits.softmax(dim=1).amax(dim=1) >= least).nonzero().flatten(),
            logits.argmax(dim=1)[logits.softmax(dim=1).amax(dim=1) >= least],
        ),
        sure_one_by_one,
    ],
    "ch15.ex6": lambda: [learner(16, seed=0), learner(20, seed=1)],
}
