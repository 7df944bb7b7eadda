"""Schedules of the learning rate, and a network that learns from another."""

import copy

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR, AveragedModel

torch.manual_seed(8)
X = torch.randn(96, 4)
y = (X[:, :2].prod(1) > 0).long()


def train(model, optimizer, scheduler=None, epochs=6, average=None):
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        if average is not None:
            average.update_parameters(model)
        if scheduler is not None:
            scheduler.step()
    return loss.item()


backbone = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU())
start = nn.Sequential(backbone, nn.Linear(8, 2))
schedules = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=2, gamma=0.5),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=6, eta_min=1e-3),
    "cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=6),
    "warm": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, total_iters=2), lr_scheduler.ExponentialLR(o, 0.8)], milestones=[2]
    ),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, lr_lambda=lambda epoch: 0.9**epoch),
}
for name, make in schedules.items():
    model = copy.deepcopy(start)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    loss = train(model, optimizer, scheduler)
    print(f"{name}: {loss:.4f}, lr {scheduler.get_last_lr()[0]:.5f}")

model = copy.deepcopy(start)
for param in model[0].parameters():
    param.requires_grad = False
model[1] = nn.Linear(8, 2)
frozen = model[0][0].weight.clone()
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=0.05)
print(f"{train(model, optimizer):.4f}", torch.equal(frozen, model[0][0].weight))
for param in model.parameters():
    param.requires_grad = True
groups = [{"params": model[0].parameters(), "lr": 1e-3}, {"params": model[1].parameters()}]
optimizer = torch.optim.AdamW(groups, lr=1e-2)
average = AveragedModel(model)
print(f"{train(model, optimizer, SWALR(optimizer, swa_lr=0.005, anneal_epochs=3), average=average):.4f}")
print([group["lr"] for group in optimizer.param_groups], f"{average(X).abs().mean().item():.4f}")
plateau = lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=1)
for value in (1.0, 0.9, 0.95, 0.95, 0.95):
    plateau.step(value)
print([f"{group['lr']:.5f}" for group in optimizer.param_groups])
