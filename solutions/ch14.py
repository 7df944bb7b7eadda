# Solutions of chapter 14. Each block replaces the cell with the check of that name.

# %% ch14.ex1
check("ch14.ex1", 2 * 3 / (16 + 16 - 2 * 3))

# %% ch14.ex2
check("ch14.ex2", 2 * 40 / (60 + 100))


# %% ch14.ex3
def pairwise_iou(a, b):
    sides = md.minimum(a[:, 2:], b[:, 2:]) - md.maximum(a[:, :2], b[:, :2])
    shared = sides.clamp(min=0).prod(dim=1)
    return shared / (ops.box_area(a) + ops.box_area(b) - shared)


check("ch14.ex3", pairwise_iou)


# %% ch14.ex4
def suppress(boxes, scores, threshold):
    overlap, kept = ops.box_iou(boxes, boxes), []
    for k in scores.argsort(descending=True).tolist():
        if all(overlap[k, j] <= threshold for j in kept):
            kept.append(k)
    return kept


check("ch14.ex4", suppress)


# %% ch14.ex5
def soft_dice(p, t):
    return 1 - (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)


check("ch14.ex5", soft_dice)


# %% ch14.ex6
def loss_of(model):
    batch = cut(left_half)
    return cross_entropy(model(batch[:, :1]), batch[:, 1:2])


md.manual_seed(0)
small = nn.Sequential(
    nn.Conv2d(1, 8, 5, padding=2),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.Conv2d(8, 8, 5, padding=2),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.Conv2d(8, 1, 5, padding=2),
)
descend(small, loss_of, steps=80, lr=0.02)
check("ch14.ex6", small)
