"""The digit reader in PyTorch."""

import torch
from shared import LEARNING_RATE, MOMENTUM
from torch import nn


# The model
def build(start):
    """Convolution, ReLU, pooling, linear layer."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 13 * 13, 10),
    )
    weights = [torch.tensor(array) for array in start.values()]
    model.load_state_dict(dict(zip(model.state_dict(), weights, strict=True)))
    return model


# The training
def train(model, batches):
    """One step a batch; the loss of each."""
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    losses = []
    for images, labels in batches:
        optimizer.zero_grad()
        logits = model(torch.tensor(images))
        loss = nn.functional.cross_entropy(logits, torch.tensor(labels).long())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# The use
def scores(model, images):
    """One row of ten scores an image."""
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(images)).numpy()
