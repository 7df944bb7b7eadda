"""Optimisers and schedules put through the same paces in minidl and in PyTorch: T is minidl or torch."""

SCHEDULES = {
    "StepLR": lambda s, o: s.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5], 0.3),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.2, 3),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.2, 0.9, 4),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 6, 1.5),
    "LambdaLR": lambda s, o: s.LambdaLR(o, [lambda t: 1 / (1 + t), lambda t: 0.9**t]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 5, 1e-3),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 4, 2, 1e-3),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, [0.5, 0.2], 20),
    "OneCycleLR three_phase": lambda s, o: s.OneCycleLR(o, 0.5, 20, three_phase=True, anneal_strategy="linear"),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, [0.1, 0.2], 3, 4),
    "CyclicLR triangular2": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, mode="triangular2"),
    "CyclicLR exp_range": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9),
    "CyclicLR scale_fn": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 1 / x),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=3), s.CosineAnnealingLR(o, 5), s.StepLR(o, 1)], [3, 6]
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)]),
}

STEPS = 20


def parameter(T):
    return T.ones(2, requires_grad=True)


def optimizer_of(T, kind="SGD"):
    """Two groups with rates of their own."""
    groups = [{"params": [parameter(T)], "lr": 0.1}, {"params": [parameter(T)], "lr": 0.2}]
    return T.optim.SGD(groups, lr=0.1, momentum=0.9) if kind == "SGD" else T.optim.Adam(groups, lr=0.1)


def rates(T, *names, kind="SGD", plateau=False, by_hand=None, new_group=None):
    """The rates and momenta of all groups after each of twenty steps of the named schedules together.

    `by_hand` and `new_group` say after which step the rate is set by hand, or a group is added.
    """
    schedulers, optimizer = T.optim.lr_scheduler, optimizer_of(T, kind)
    schedules = [SCHEDULES[name](schedulers, optimizer) for name in names]
    waiting = schedulers.ReduceLROnPlateau(optimizer, patience=1) if plateau else None
    seen = []
    for i in range(STEPS):
        optimizer.step()
        for schedule in schedules:
            schedule.step()
        if waiting is not None:
            waiting.step(1.0)
        if i == by_hand:
            for group in optimizer.param_groups:
                group["lr"] = 0.05
        if i == new_group:
            optimizer.add_param_group({"params": [parameter(T)], "lr": 0.3})
        momenta = [group["momentum"] if kind == "SGD" else group["betas"][0] for group in optimizer.param_groups]
        seen.append([group["lr"] for group in optimizer.param_groups] + momenta)
    return seen


OPTIMIZERS = {
    "Rprop": [{}, {"maximize": True, "lr": 1e-3}, {"step_sizes": (1e-3, 0.05)}],
    "ASGD": [{}, {"t0": 2, "lambd": 0.1, "weight_decay": 0.1}],
    "Adafactor": [{}, {"weight_decay": 0.1, "d": 1.5}],
    "Adam": [{"decoupled_weight_decay": True, "weight_decay": 0.1}, {"amsgrad": True, "foreach": True}],
    "AdamW": [{"fused": True}],
    "SGD": [{"momentum": 0.9, "weight_decay": 0.1}],
    "NAdam": [{}],
}


def descent(T, name, settings, state=None, steps=8):
    """Where twelve weights and a single one end, and the optimiser."""
    weights = [T.linspace(-1, 1, 12).reshape(3, 4).requires_grad_(), T.tensor(0.5).requires_grad_()]
    optimizer = getattr(T.optim, name)(weights, **settings)
    if state is not None:
        optimizer.load_state_dict(state)
    for _ in range(steps):
        optimizer.zero_grad()
        sum(((w - 0.3) ** 4).sum() for w in weights).backward()
        optimizer.step()
    return [weights[0].tolist(), weights[1].item()], optimizer


def averaged(T):
    """The rates of SWALR, and the weights of two averaged models."""
    S = T.optim.swa_utils
    model = T.nn.Sequential(T.nn.Linear(2, 2, bias=False))
    with T.no_grad():
        model[0].weight.fill_(1.0)
    optimizer = T.optim.SGD(model.parameters(), lr=0.1)
    swa, ema = S.AveragedModel(model), S.AveragedModel(model, multi_avg_fn=S.get_ema_multi_avg_fn(0.9))
    schedule, seen = S.SWALR(optimizer, 0.05, 4), []
    for _ in range(7):
        optimizer.zero_grad()
        model(T.ones(1, 2)).pow(2).sum().backward()
        optimizer.step()
        swa.update_parameters(model)
        ema.update_parameters(model)
        schedule.step()
        seen.append(optimizer.param_groups[0]["lr"])
    return [seen, swa.module[0].weight.tolist(), ema.module[0].weight.tolist(), int(swa.n_averaged)]
