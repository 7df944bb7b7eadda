"""Two ways, or more, to be right: an exercise judges the result, not the way to it.

Each entry gives the answers when it is called, since some of them are trained first.
"""

import math
from typing import ClassVar

import minidl as md
from minidl import nn


def reader(hidden, epochs, seed=0):
    """A network that has learned the digits of the training set."""
    train, _ = md.data.digits()
    md.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    loader = md.data.DataLoader(md.data.Subset(train, range(6000)), batch_size=64, shuffle=True)
    md.train.fit(model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.002), epochs=epochs, verbose=False)
    return model


def painter(width, seed):
    """A small network that has learned to paint the nuclei of the left half."""
    part = md.data.nuclei()[:, :256]
    pixels, mask = part.image.sqrt(), part.mask
    md.manual_seed(seed)
    layers = [nn.Conv2d(1, width, 5, padding=2), nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.Conv2d(width, width, 5, padding=2), nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, 1, 5, padding=2)]
    model, steps = nn.Sequential(*layers), 90
    optimizer = md.optim.Adam(model.parameters(), lr=0.02)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=steps)
    for _ in range(steps):
        i, j = md.randint(0, 512 - 96, (1,)).item(), md.randint(0, 256 - 96, (1,)).item()
        crop = (slice(i, i + 96), slice(j, j + 96))
        loss = nn.functional.binary_cross_entropy_with_logits(model(pixels[crop][None, None])[0, 0], mask[crop])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


def drop_rivals(boxes, scores, threshold):
    """Non-maximum suppression that strikes off a list."""
    left, kept = scores.argsort(descending=True).tolist(), []
    while left:
        kept.append(left[0])
        overlap = md.vision.ops.box_iou(boxes[left[:1]], boxes[left])[0].tolist()
        left = [k for k, value in list(zip(left, overlap, strict=True))[1:] if value <= threshold]
    return kept


def read_by(model):
    """A plain function that reads."""
    return lambda images: model(images)


def winding(activation):
    """A network that has learned two arms of a spiral."""
    md.manual_seed(5)
    spirals = md.data.spirals(300, noise=0.03)
    model = nn.Sequential(nn.Linear(2, 64), activation, nn.Linear(64, 64), activation, nn.Linear(64, 2))
    loader = md.data.DataLoader(spirals, batch_size=50, shuffle=True)
    md.train.fit(model, loader, optimizer=md.optim.Adam(model.parameters(), lr=0.01), epochs=150, verbose=False)
    return model


def by_autograd(X, W, b, G):
    """The gradients of a layer with ReLU, found by minidl."""
    inputs = [t.detach().requires_grad_() for t in (X, W, b)]
    return md.autograd.grad((inputs[0] @ inputs[1].T + inputs[2]).relu(), inputs, grad_outputs=G)


class Recorded:
    """An engine that keeps what it did on a tape, and reads it backwards."""

    tape: ClassVar[list] = []

    def __init__(self, data, ways=()):
        self.data, self.grad, self.ways = data, 0.0, ways
        self.tape.append(self)

    def __add__(self, other):
        return Recorded(self.data + other.data, ((self, 1), (other, 1)))

    def __sub__(self, other):
        return Recorded(self.data - other.data, ((self, 1), (other, -1)))

    def __mul__(self, other):
        return Recorded(self.data * other.data, ((self, other.data), (other, self.data)))

    def exp(self):
        return Recorded(math.exp(self.data), ((self, math.exp(self.data)),))

    def backward(self):
        self.grad = 1.0
        while self.tape:
            node = self.tape.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope


class Counted(Recorded):
    """An engine that counts users first, and passes on when the last of them has been heard."""

    def backward(self):
        users, found = {}, [self]
        for node in found:
            for parent, _ in node.ways:
                if parent not in users:
                    found.append(parent)
                users[parent] = users.get(parent, 0) + 1
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            for parent, slope in node.ways:
                parent.grad += node.grad * slope
                users[parent] -= 1
                if not users[parent]:
                    ready.append(parent)


def adam_in_one_line(w, m, s, g, t, lr):
    """Adam with its corrections in the rate."""
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
    return w - lr * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8), m, s


def adam_by_roots(w, m, s, g, t, lr):
    """Adam with running means written as steps towards the new value."""
    m += 0.1 * (g - m)
    s += 0.001 * (g * g - s)
    return [w - lr * (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8), m, s]


class Listed(nn.Module):
    """Layers in a list that is looked into."""

    def __init__(self, width, layers):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x).relu()
        return self.last(x)


class Sequenced(nn.Module):
    """Layers one after the other."""

    def __init__(self, width, layers):
        super().__init__()
        self.body = nn.Sequential(*[part for _ in range(layers) for part in (nn.Linear(width, width), nn.ReLU())])
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        return self.last(self.body(x))


def stratified_by_sorting(labels):
    """Shuffle all, then count how many of each class were taken."""
    taken, learn, test = {}, [], []
    for i in md.randperm(len(labels)).tolist():
        kind = labels[i].item()
        taken[kind] = taken.get(kind, 0) + 1
        full = taken[kind] > (labels == kind).sum().item() // 5
        (learn if full else test).append(i)
    return learn, test


def stratified_class_by_class(labels):
    """Each class by itself, in tensors."""
    learn, test = [], []
    for kind in labels.unique():
        places = md.where(labels == kind)[0]
        places = places[md.randperm(len(places))]
        test.append(places[: len(places) // 5])
        learn.append(places[len(places) // 5 :])
    return md.cat(learn), md.cat(test)


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


def strided_by_unfolding(image, kernel, stride):
    """A convolution as a product of the kernel with all windows as columns."""
    columns = nn.functional.unfold(image[None, None], kernel.shape, stride=stride)[0]
    side = round(columns.shape[1] ** 0.5)
    return (kernel.flatten() @ columns).reshape(side, side)


def small_lenet():
    """LeNet with few filters."""
    first, second = nn.Conv2d(1, 8, 5), nn.Conv2d(8, 16, 5)
    parts = [first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10)]
    return nn.Sequential(*parts)


def without_places():
    """A network that keeps the largest value of each map, wherever it is."""
    sizes = ((1, 8, 5), (8, 16, 5), (16, 40, 3))
    parts = [nn.Sequential(nn.Conv2d(a, b, k, padding=k // 2), nn.MaxPool2d(2), nn.ReLU()) for a, b, k in sizes]
    return nn.Sequential(*parts, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(40, 10))


def shown_moved_digits(model, epochs):
    """A network that has learned digits moved by up to four pixels."""
    md.manual_seed(0)
    digits, _ = md.data.digits()
    optimizer = md.optim.AdamW(model.parameters(), lr=0.005)
    loader = md.data.DataLoader(md.data.Subset(digits, range(6000)), batch_size=64, shuffle=True)
    schedule = md.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(loader))
    move = md.vision.transforms.RandomCrop(28, padding=4)
    for _ in range(epochs):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(move(images)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


RIGHT_WAYS = {
    "ch00.ex1": lambda: [3190, md.tensor(3190), 3190.0],
    "ch00.ex2": lambda: [math.log(2), 0.69, -math.log(0.5)],
    "ch00.ex3": lambda: ["down", " Down "],
    "ch00.ex4": lambda: [(model := reader(256, 12)), read_by(model)],
    "ch01.ex1": lambda: [64 * 28 * 28, md.ones(64, 1, 28, 28).numel()],
    "ch01.ex2": lambda: [(8, 3, 5), [8, 3, 5], (md.ones(8, 1, 5) + md.ones(3, 1)).shape],
    "ch01.ex3": lambda: [
        lambda x: (x - x.mean(0)) / x.var(0).sqrt(),
        lambda x: (x - x.mean(dim=0, keepdim=True)) / x.std(dim=0, correction=0),
    ],
    "ch01.ex4": lambda: [nn.functional.linear, lambda x, W, b: (W @ x.T).T + b],
    "ch01.ex5": lambda: [
        lambda x: x - x.max(dim=1, keepdim=True).values,
        lambda x: (x.T - x.amax(dim=1)).T,
    ],
    "ch02.ex1": lambda: [6, md.tensor(6.0)],
    "ch02.ex2": lambda: [
        lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        lambda f, x, h: 0.5 * ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h),
    ],
    "ch02.ex3": lambda: [
        lambda x: 2 * x * math.sin(x) + x**2 * math.cos(x),
        lambda x: x * (2 * math.sin(x) + x * math.cos(x)),
    ],
    "ch02.ex4": lambda: [lambda x: -2 * x * math.exp(-(x**2)), lambda x: -2 * x / math.e ** (x * x)],
    "ch02.ex5": lambda: [lambda x, y: (2 * x * y, x**2 + 3), lambda x, y: [y * (x + x), 3 + x * x]],
    "ch03.ex1": lambda: [3, 2 * 3 - 5 + 2.0],
    "ch03.ex2": lambda: [(32, 5), [32, 5]],
    "ch03.ex3": lambda: [
        lambda x: x.relu() - 0.1 * (-x).relu(),
        lambda x: nn.functional.leaky_relu(x, 0.1),
        lambda x: md.maximum(x, 0.1 * x),
    ],
    "ch03.ex4": lambda: [
        lambda x, W1, b1, W2, b2: nn.functional.linear(nn.functional.linear(x, W1, b1).relu(), W2, b2),
        lambda x, W1, b1, W2, b2: b2 + (b1 + x @ W1.T).clamp(min=0) @ W2.T,
    ],
    "ch03.ex5": lambda: ["one", "One "],
    "ch03.ex6": lambda: [(model := winding(nn.Tanh())), read_by(model), winding(nn.ReLU())],
    "ch04.ex1": lambda: [-12, 4 * -3.0],
    "ch04.ex2": lambda: [11, 2 * 3 + 5.0],
    "ch04.ex3": lambda: [(64, 784), [64, 784]],
    "ch04.ex4": lambda: [
        lambda w, x, b: (x / math.cosh(w * x + b) ** 2, w / math.cosh(w * x + b) ** 2, 1 / math.cosh(w * x + b) ** 2),
        lambda w, x, b: [(1 - math.tanh(w * x + b) ** 2) * v for v in (x, w, 1)],
    ],
    "ch04.ex5": lambda: [lambda X, W, G: (G @ W, (X.T @ G).T), lambda X, W, G: [(W.T @ G.T).T, G.T @ X]],
    "ch04.ex6": lambda: [
        lambda X, W, b, G: ((P := md.where(X @ W.T + b > 0, G, 0.0)) @ W, P.T @ X, P.sum(dim=0)),
        by_autograd,
    ],
    "ch05.ex1": lambda: [lambda a, b: (1 / b, -a / b**2), lambda a, b: [b**-1, -(a / b) / b]],
    "ch05.ex2": lambda: [lambda y: y * (1 - y), lambda y: y - y**2],
    "ch05.ex3": lambda: [["z", "s", "p", "a", "b"], ("z", "s", "a", "p", "b"), "zsapb", ["a", "z", "b", "s", "p"]],
    "ch05.ex4": lambda: ["b", "B"],
    "ch05.ex5": lambda: [Recorded, Counted],
    "ch06.ex1": lambda: [math.log(4), -md.tensor(0.25).log()],
    "ch06.ex2": lambda: [lambda p, y: (p - y).square().mean(), nn.functional.mse_loss],
    "ch06.ex3": lambda: [lambda s: s.softmax(dim=1), lambda s: (s - s.logsumexp(dim=1, keepdim=True)).exp()],
    "ch06.ex4": lambda: [
        nn.functional.cross_entropy,
        lambda s, y: (s.logsumexp(dim=1) - s.gather(1, y.unsqueeze(1)).squeeze(1)).mean(),
    ],
    "ch06.ex5": lambda: ["mse", "MSE"],
    "ch06.ex6": lambda: [
        lambda s, y: (s.softmax(dim=1) - nn.functional.one_hot(y, s.shape[1])) / len(y),
        lambda s, y: md.autograd.grad(nn.functional.cross_entropy(t := s.detach().requires_grad_(), y), t)[0],
    ],
    "ch07.ex1": lambda: [1.6, 2 - 0.1 * 4],
    "ch07.ex2": lambda: [0.2, md.tensor(1 / 5)],
    "ch07.ex3": lambda: [
        lambda w, v, g, lr, mu: (w - lr * (mu * v + g), mu * v + g),
        lambda w, v, g, lr, mu: [w - lr * mu * v - lr * g, g + v * mu],
    ],
    "ch07.ex4": lambda: [adam_in_one_line, adam_by_roots],
    "ch07.ex5": lambda: [0.25, 16**-0.5],
    "ch07.ex6": lambda: [
        lambda p: md.optim.SGD(p, lr=0.003, momentum=0.9),
        lambda p: md.optim.SGD(p, lr=0.003, momentum=0.9, nesterov=True),
    ],
    "ch08.ex1": lambda: [(64, 784), nn.Linear(784, 64).weight.shape],
    "ch08.ex2": lambda: [0.5**20, 1 / 1048576],
    "ch08.ex3": lambda: [0.1, (2 / 200) ** 0.5],
    "ch08.ex4": lambda: [
        lambda x: nn.functional.layer_norm(x, x.shape[-1:]),
        lambda x: (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, correction=0) + 1e-5) ** 0.5,
    ],
    "ch08.ex5": lambda: [lambda x, W: x + (x @ W.T).relu(), lambda x, W: nn.functional.linear(x, W).clamp(min=0) + x],
    "ch08.ex6": lambda: [Listed, Sequenced],
    "ch09.ex1": lambda: [1.22, 4 / (32 / 3) ** 0.5],
    "ch09.ex2": lambda: [
        lambda a, b: ((a - a.mean(0)) / a.std(0, correction=0), (b - a.mean(0)) / a.std(0, correction=0)),
        lambda a, b: [md.data.transforms.Standardize().fit(a)(x) for x in (a, b)],
    ],
    "ch09.ex3": lambda: [
        lambda y, classes: nn.functional.one_hot(y, classes).float(),
        lambda y, classes: md.eye(classes)[y],
    ],
    "ch09.ex4": lambda: [
        lambda x, mask: (x * mask).sum(dim=1) / mask.sum(dim=1),
        lambda x, mask: md.where(mask, x, 0.0).sum(dim=1) / mask.float().sum(dim=1),
    ],
    "ch09.ex5": lambda: ["divide", "DIVIDE"],
    "ch09.ex6": lambda: [stratified_by_sorting, stratified_class_by_class],
    "ch10.ex1": lambda: ["overfitting", "Overfitting"],
    "ch10.ex2": lambda: [3.84, 4 * 0.98**2],
    "ch10.ex3": lambda: [lambda x, keep, p: x * keep / (1 - p), lambda x, keep, p: md.where(keep > 0, x / (1 - p), 0.0 * x)],
    "ch10.ex4": lambda: [
        lambda lr, t, T: lr * math.cos(math.pi * t / (2 * T)) ** 2,
        lambda lr, t, T: (lr + lr * math.cos(t / T * math.pi)) / 2,
    ],
    "ch10.ex5": lambda: [stop_by_counting, stop_by_looking_back],
    "ch10.ex6": lambda: [(model := careful_reader()), read_by(model.eval())],
    "ch11.ex1": lambda: [0.8, 8 / (8 + 2)],
    "ch11.ex2": lambda: [0.667, 8 / 12],
    "ch11.ex3": lambda: [
        md.train.metrics.f1,
        lambda said, truth: 2 * (said * truth).sum() / (said.sum() + truth.sum()),
    ],
    "ch11.ex4": lambda: [
        lambda s, t: ((d := s[t == 1].unsqueeze(1) - s[t == 0]) > 0).float().mean() + 0.5 * (d == 0).float().mean(),
        md.train.metrics.roc_auc,
    ],
    "ch11.ex5": lambda: [0.015, (0.9 * 0.1 / 400) ** 0.5],
    "ch11.ex6": lambda: [
        lambda s, t, r: s[t == 1].sort(descending=True).values[math.ceil(r * t.sum().item() - 1e-9) - 1],
        lambda s, t, r: max(x for x in s.tolist() if t[s >= x].sum().item() >= r * t.sum().item() - 1e-9),
    ],
    "ch12.ex1": lambda: [(8, 16, 16, 16), nn.Conv2d(3, 16, 3, stride=2, padding=1)(md.zeros(8, 3, 32, 32)).shape],
    "ch12.ex2": lambda: [4640, sum(p.numel() for p in nn.Conv2d(16, 32, 3).parameters())],
    "ch12.ex3": lambda: [
        lambda x, k, s: nn.functional.conv2d(x[None, None], k[None, None], stride=s)[0, 0],
        strided_by_unfolding,
    ],
    "ch12.ex4": lambda: [18, 1 + 2 + 1 + 4 + 2 + 8],
    "ch12.ex5": lambda: [
        lambda x: nn.functional.max_pool2d(x[None, None], 2)[0, 0],
        lambda x: md.maximum(md.maximum(x[::2, ::2], x[1::2, ::2]), md.maximum(x[::2, 1::2], x[1::2, 1::2])),
    ],
    "ch12.ex6": lambda: [shown_moved_digits(small_lenet(), epochs=4), shown_moved_digits(without_places(), epochs=2)],
    "ch13.ex1": lambda: [361, 19 * 19],
    "ch13.ex2": lambda: [0.0476, 2 / 42],
    "ch13.ex3": lambda: [
        lambda row, column, scale: [4 * column / scale, 4 * row / scale, (4 * column + 25) / scale, (4 * row + 25) / scale],
        lambda row, column, scale: tuple(x / scale for x in (column * 4, row * 4, column * 4 + 25, row * 4 + 25)),
    ],
    "ch13.ex4": lambda: [
        lambda s, y, k: (s - 1e9 * y).topk(k).indices,
        lambda s, y, k: sorted((i for i in range(len(s)) if not y[i]), key=lambda i: -s[i].item())[:k],
    ],
    "ch13.ex5": lambda: [
        lambda a, p, n, m: md.nn.functional.relu((a - p).norm() - (a - n).norm() + m),
        lambda a, p, n, m: md.nn.functional.triplet_margin_loss(a, p, n, margin=m, eps=0.0),
    ],
    "ch13.ex6": lambda: [
        lambda d, s, t: (((d < t) & (s == 0)).sum() / (s == 0).sum(), ((d >= t) & (s == 1)).sum() / s.sum()),
        lambda d, s, t: ((d[s == 0] < t).float().mean(), (d[s == 1] >= t).float().mean()),
    ],
    "ch14.ex1": lambda: [6 / 26, 0.2308],
    "ch14.ex2": lambda: [0.5, 2 * 40 / 160],
    "ch14.ex3": lambda: [
        lambda a, b: md.vision.ops.box_iou(a, b).diagonal(),
        lambda a, b: md.stack([md.vision.ops.box_iou(x[None], y[None])[0, 0] for x, y in zip(a, b, strict=True)]),
    ],
    "ch14.ex4": lambda: [
        lambda boxes, scores, threshold: md.vision.ops.nms(boxes, scores, threshold).tolist(),
        drop_rivals,
    ],
    "ch14.ex5": lambda: [
        lambda p, t: 1 - ((p * t).sum() * 2 + 1) / (p + t).sum().add(1),
        lambda p, t: (p.sum() + t.sum() - 2 * (p * t).sum()) / (p.sum() + t.sum() + 1),
    ],
    "ch14.ex6": lambda: [painter(width=8, seed=0), painter(width=9, seed=1)],
}  # fmt: skip
