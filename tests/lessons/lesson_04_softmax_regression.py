"""Softmax regression, from scratch and with a layer."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(2)
centres = torch.tensor([[2.0, 0.0], [-1.0, 1.5], [-1.0, -1.5]])
y = torch.randint(0, 3, (150,))
X = centres[y] + 0.7 * torch.randn(150, 2)


def softmax(scores):
    exponentials = torch.exp(scores)
    return exponentials / exponentials.sum(1, keepdim=True)


def cross_entropy(y_hat, target):
    return -torch.log(y_hat[range(len(y_hat)), target])


W = torch.normal(0, 0.01, size=(2, 3), requires_grad=True)
b = torch.zeros(3, requires_grad=True)
updater = torch.optim.SGD([W, b], lr=0.5)
for epoch in range(4):
    loss = cross_entropy(softmax(X @ W + b), y).mean()
    updater.zero_grad()
    loss.backward()
    updater.step()
    accuracy = (softmax(X @ W + b).argmax(axis=1) == y).float().mean()
    print(f"{epoch} {loss.item():.4f} {accuracy:.3f}")

net = nn.Sequential(nn.Flatten(), nn.Linear(2, 3))


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, std=0.01)


net.apply(init_weights)
trainer = torch.optim.SGD(net.parameters(), lr=0.5, weight_decay=1e-3)
criterion = nn.CrossEntropyLoss(reduction="none")
for epoch in range(4):
    loss = criterion(net(X), y).mean()
    trainer.zero_grad()
    loss.backward()
    trainer.step()
    print(f"{epoch} {loss.item():.4f}")
print(F.softmax(net(X[:2]), dim=1), F.log_softmax(net(X[:2]), dim=-1).exp().sum(1), F.one_hot(y[:3], num_classes=3))
