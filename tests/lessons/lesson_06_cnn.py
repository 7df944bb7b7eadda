"""A small convolutional network, after LeNet."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(4, 8, 3)
        self.fc1 = nn.Linear(8 * 3 * 3, 16)
        self.fc2 = nn.Linear(16, 2)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        return self.fc2(F.relu(self.fc1(x)))


torch.manual_seed(4)
labels = torch.randint(0, 2, (64,))
images = 0.3 * torch.randn(64, 1, 16, 16)
images[labels == 1, :, 4:12, 7:9] += 1.0
images[labels == 0, :, 7:9, 4:12] += 1.0
net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for step in range(8):
    optimizer.zero_grad()
    loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
    print(f"[{step + 1}] loss: {loss.item():.3f}")
_, predicted = torch.max(net(images), 1)
print((predicted == labels).sum().item() >= 60)
kernel = torch.tensor([[1.0, -1.0]]).reshape(1, 1, 1, 2)
print(F.conv2d(torch.eye(4).reshape(1, 1, 4, 4), kernel).squeeze())
X = torch.rand(1, 1, 16, 16)
for layer in nn.Sequential(net.conv1, nn.Sigmoid(), net.pool, net.conv2, nn.AdaptiveAvgPool2d(1), nn.Flatten()):
    X = layer(X)
    print(layer.__class__.__name__, tuple(X.shape))
