"""A multilayer perceptron with a Dataset and a DataLoader of its own."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split


class Rings(Dataset):
    """Points in two rings."""

    def __init__(self, n, transform=None):
        angle = 2 * torch.pi * torch.rand(n)
        self.labels = torch.randint(0, 2, (n,))
        radius = 1.0 + self.labels + 0.1 * torch.randn(n)
        self.points = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        point = self.points[idx]
        if self.transform:
            point = self.transform(point)
        return point, self.labels[idx]


class MLP(nn.Module):
    def __init__(self, hidden, dropout=0.1):
        super().__init__()
        self.hidden = nn.Linear(2, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x):
        return self.out(self.drop(torch.relu(self.norm(self.hidden(x)))))


torch.manual_seed(3)
train, test = random_split(Rings(240, transform=lambda p: p / 2), [0.75, 0.25], generator=torch.Generator().manual_seed(42))
train_loader = DataLoader(train, batch_size=32, shuffle=True, num_workers=2, drop_last=True)
test_loader = DataLoader(test, batch_size=64)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = MLP(16).to(device)
print(device, model.hidden, sum(p.numel() for p in model.parameters() if p.requires_grad))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(4):
    model.train()
    running = 0.0
    for inputs, targets in train_loader:
        inputs, targets = inputs.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        running += loss.item() * inputs.size(0)
    model.eval()
    correct = 0
    with torch.no_grad():
        for inputs, targets in test_loader:
            inputs, targets = inputs.to(device), targets.to(device)
            correct += (model(inputs).argmax(1) == targets).type(torch.float).sum().item()
    print(f"epoch {epoch}: {running / (len(train_loader) * 32):.4f} {correct / len(test):.3f}")
for name, param in model.named_parameters():
    print(name, tuple(param.shape))
