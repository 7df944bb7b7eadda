# Solutions of chapter 26. Each block replaces the cell with the check of that name.

# %% ch26.ex1
check("ch26.ex1", 0.5 * 0.96 + 0.5 * (1 - 0.80))


# %% ch26.ex2
def clip_rows(g, most):
    norms = g.square().sum(dim=1, keepdim=True).sqrt()
    return g * (most / norms).clamp(max=1)


check("ch26.ex2", clip_rows)


# %% ch26.ex3
def one_step_of_fgsm(x, slope, epsilon):
    return (x + epsilon * slope.sign()).clamp(0, 1)


check("ch26.ex3", one_step_of_fgsm)


# %% ch26.ex4
def federated_mean(weights, sizes):
    return (sizes[:, None] * weights).sum(dim=0) / sizes.sum()


check("ch26.ex4", federated_mean)

# %% ch26.ex5
check("ch26.ex5", 0.5 * NormalDist().inv_cdf(0.9))

# %% ch26.ex6
md.manual_seed(0)
small = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = md.optim.Adam(small.parameters(), lr=0.006)
schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, 0.006, total_steps=480)
batches = [batch for _ in range(8) for batch in md.randperm(6000).split(100)]
for k, batch in enumerate(batches):
    given, answer = attacked(small, images[batch], labels[batch], k / 480)
    optimizer.zero_grad()
    F.cross_entropy(small(given), answer).backward()
    optimizer.step()
    schedule.step()
check("ch26.ex6", small)
