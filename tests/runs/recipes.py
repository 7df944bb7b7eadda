"""Whole training runs and layers, written so that they run on minidl and on PyTorch alike; T is the library."""

import numpy as np

STEPS = 50


def numbers(*shape, seed=0):
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


def train(T, model, x, y, optimizer, loss, batch=16, steps=STEPS):
    """The loss at each of 50 steps, over shuffled batches."""
    loader = T_data(T).DataLoader(T_data(T).TensorDataset(x, y), batch_size=batch, shuffle=True)
    losses = []
    while len(losses) < steps:
        for xb, yb in loader:
            value = loss(model(xb), yb)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            losses.append(value.item())
    return losses[:steps]


def T_data(T):
    if T.__name__ == "torch":
        from torch.utils import data

        return data
    return T.data


def mlp(T):
    model = T.nn.Sequential(T.nn.Linear(8, 32), T.nn.ReLU(), T.nn.Dropout(0.2), T.nn.Linear(32, 3))
    x, y = T.randn(96, 8), T.randint(0, 3, (96,))
    return train(T, model, x, y, T.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), T.nn.CrossEntropyLoss())


def cnn(T):
    nn = T.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout2d(0.1),
        nn.Conv2d(6, 8, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(8 * 2 * 2, 4),
    )
    x, y = T.randn(64, 1, 8, 8), T.randint(0, 4, (64,))
    return train(T, model, x, y, T.optim.Adam(model.parameters(), lr=0.01), nn.CrossEntropyLoss(label_smoothing=0.1))


def lstm(T):
    class Net(T.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = T.nn.Embedding(12, 6)
            self.lstm = T.nn.LSTM(6, 10, num_layers=2, batch_first=True, dropout=0.2)
            self.out = T.nn.Linear(10, 12)

        def forward(self, x):
            return self.out(self.lstm(self.embed(x))[0]).reshape(-1, 12)

    model = Net()
    x = T.randint(0, 12, (48, 9))
    loss = T.nn.CrossEntropyLoss()
    optimizer = T.optim.AdamW(model.parameters(), lr=0.02)
    return train(T, model, x[:, :-1], x[:, 1:], optimizer, lambda z, y: loss(z, y.reshape(-1)))


def transformer(T):
    class Net(T.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = T.nn.Embedding(12, 8)
            layer = T.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
            self.encoder = T.nn.TransformerEncoder(layer, 2)
            self.out = T.nn.Linear(8, 12)

        def forward(self, x):
            return self.out(self.encoder(self.embed(x))).reshape(-1, 12)

    model = Net()
    x = T.randint(0, 12, (48, 7))
    loss = T.nn.CrossEntropyLoss()
    return train(T, model, x, x, T.optim.Adam(model.parameters(), lr=0.01), lambda z, y: loss(z, y.reshape(-1)))


RUNS = {"mlp": mlp, "cnn": cnn, "lstm": lstm, "transformer": transformer}


# Optimisers and schedules: what each does to the same three tensors.


def descend(T, make_optimizer, make_schedule=None, steps=8):
    """The losses and the learning rates along a short descent."""
    matrix = numbers(4, 3)
    params = [T.tensor(a.copy(), requires_grad=True) for a in (matrix, matrix[:3] + 1)]
    optimizer = make_optimizer(T, params)
    schedule = make_schedule(T, optimizer) if make_schedule else None
    losses, rates = [], []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = sum(((p - 1) ** 2 * (p.sin() + 2)).sum() for p in params)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if schedule is not None:
            schedule.step(loss.item()) if "Plateau" in type(schedule).__name__ else schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return losses, rates


OPTIMIZERS = {
    "SGD": [
        {"lr": 0.01},
        {"lr": 0.01, "momentum": 0.9},
        {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
        {"lr": 0.01, "momentum": 0.9, "nesterov": True},
        {"lr": 0.001, "maximize": True},
    ],
    "Adam": [{}, {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.1}, {"lr": 0.1, "amsgrad": True}, {"maximize": True}],
    "AdamW": [{}, {"lr": 0.05, "weight_decay": 0.3}, {"lr": 0.1, "amsgrad": True}],
    "NAdam": [
        {},
        {"lr": 0.05, "weight_decay": 0.1, "momentum_decay": 0.01},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "RAdam": [
        {"lr": 0.05},
        {"lr": 0.05, "weight_decay": 0.1, "betas": (0.8, 0.9)},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "Adamax": [{}, {"lr": 0.1, "weight_decay": 0.1}],
    "Adagrad": [{}, {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2}],
    "Adadelta": [{}, {"lr": 0.5, "rho": 0.5, "weight_decay": 0.1}],
    "RMSprop": [
        {},
        {"momentum": 0.9},
        {"centered": True, "weight_decay": 0.1, "alpha": 0.8},
        {"centered": True, "momentum": 0.5},
    ],
    "Muon": [{}, {"lr": 0.02, "nesterov": False, "weight_decay": 0.0}, {"adjust_lr_fn": "match_rms_adamw"}],
}


def quasi_newton(T, **settings):
    """The losses of L-BFGS at the start of each of five steps, on the valley of Rosenbrock."""
    x = T.tensor(numbers(6).astype(np.float64), requires_grad=True)
    optimizer = T.optim.LBFGS([x], **settings)

    def closure():
        optimizer.zero_grad()
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(5)]


LBFGS = [
    {"lr": 1e-3},
    {"lr": 1e-3, "max_iter": 5, "history_size": 2},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 7, "history_size": 3},
]

SCHEDULES = {
    "StepLR": lambda s, o: s.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5], 0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 5, 0.001),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.2, 0.9, 4),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.2, 3),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.05, total_steps=12),
    "OneCycleLR three_phase": lambda s, o: s.OneCycleLR(
        o, 0.05, epochs=3, steps_per_epoch=4, anneal_strategy="linear", three_phase=True
    ),
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, patience=1, threshold=0.5),
    "ReduceLROnPlateau max": lambda s, o: s.ReduceLROnPlateau(
        o, "max", patience=0, cooldown=2, min_lr=1e-4, threshold_mode="abs"
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=3), s.CosineAnnealingLR(o, 5), s.StepLR(o, 1)], [3, 6]
    ),
}
