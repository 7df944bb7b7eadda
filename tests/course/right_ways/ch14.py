"""Two ways, or more, to be right in chapter 14."""

import minidl as md
from minidl import nn


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


def keep_if_apart(boxes, scores, threshold):
    """Non-maximum suppression that compares each box with all that were kept, in one tensor."""
    kept = []
    for k in scores.argsort(descending=True).tolist():
        if not kept or md.vision.ops.box_iou(boxes[k : k + 1], boxes[kept]).max().item() <= threshold:
            kept.append(k)
    return kept


RIGHT_WAYS = {
    "ch14.ex1": lambda: [6 / 26, 0.23],
    "ch14.ex2": lambda: [0.5, 2 * 40 / 160],
    "ch14.ex3": lambda: [
        lambda a, b: md.vision.ops.box_iou(a, b).diagonal(),
        lambda a, b: md.stack([md.vision.ops.box_iou(x[None], y[None])[0, 0] for x, y in zip(a, b, strict=True)]),
    ],
    "ch14.ex4": lambda: [
        keep_if_apart,
        drop_rivals,
    ],
    "ch14.ex5": lambda: [
        lambda p, t: 1 - ((p * t).sum() * 2 + 1) / (p + t).sum().add(1),
        lambda p, t: (p.sum() + t.sum() - 2 * (p * t).sum()) / (p.sum() + t.sum() + 1),
    ],
    "ch14.ex6": lambda: [painter(width=8, seed=0), painter(width=9, seed=1)],
}
