"""Saving and loading: state dicts, checkpoints, parts of a model."""

import os
import tempfile
from collections import OrderedDict

import torch
from torch import nn, optim

torch.manual_seed(7)
folder = tempfile.mkdtemp()
path = os.path.join(folder, "model.pth")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(OrderedDict([("fc", nn.Linear(3, 4)), ("act", nn.Tanh())]))
        self.head = nn.Linear(4, 2)
        self.register_buffer("scale", torch.tensor(2.0))

    def forward(self, x):
        return self.head(self.features(x)) * self.scale


model = Net()
for name, tensor in model.state_dict().items():
    print(name, "\t", tuple(tensor.size()))
torch.save(model.state_dict(), path)
other = Net()
print(other.load_state_dict(torch.load(path, weights_only=True)))
x = torch.ones(1, 3)
print(torch.equal(model(x), other(x)))

optimizer = optim.Adam(model.parameters(), lr=0.1)
model(x).sum().backward()
optimizer.step()
torch.save({"epoch": 5, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.4}, path)
checkpoint = torch.load(path, map_location="cpu")
other.load_state_dict(checkpoint["model"])
resumed = optim.Adam(other.parameters(), lr=0.5)
resumed.load_state_dict(checkpoint["optimizer"])
for m, o in ((model, optimizer), (other, resumed)):
    o.zero_grad()
    m(x).pow(2).sum().backward()
    o.step()
print(checkpoint["epoch"], checkpoint["loss"], resumed.param_groups[0]["lr"], torch.equal(model(x), other(x)))

part = {k: v for k, v in model.state_dict().items() if k.startswith("features")}
fresh = Net()
missing, unexpected = fresh.load_state_dict(part, strict=False)
print(missing, unexpected, torch.equal(fresh.features.fc.weight, model.features.fc.weight))
try:
    fresh.load_state_dict({"nothing": torch.ones(1)})
except RuntimeError as error:
    print("nothing" in str(error))
tensors = [torch.arange(3), torch.rand(2)]
torch.save(tensors, path)
print(torch.load(path)[0], torch.load(path)[1] == tensors[1])
