"""What all five have in common: data, batches, starting weights and settings, as plain NumPy arrays."""

import numpy as np

import minidl as md

LEARNING_RATE, MOMENTUM = 0.05, 0.9
BATCH, STEPS = 64, 60


def batches():
    """Sixty batches, each an array of images (64, 1, 28, 28) and one of labels (64,)."""
    digits, _ = md.data.digits()
    images, labels = digits.images.numpy(), digits.labels.numpy()
    order = np.random.default_rng(28).permutation(len(labels))[: BATCH * STEPS]
    return [(images[own], labels[own].astype(np.int32)) for own in np.split(order, STEPS)]


def held_out():
    """Images (500, 1, 28, 28) and labels of the training set that no batch contains: data for validation."""
    digits, _ = md.data.digits()
    rest = np.random.default_rng(28).permutation(len(digits.labels))[-500:]
    return digits.images.numpy()[rest], digits.labels.numpy()[rest].astype(np.int32)


def start():
    """Starting weights, in the shapes that PyTorch and minidl use."""
    random = np.random.default_rng(0)
    draw = lambda *shape, fan_in: random.uniform(-1, 1, shape).astype(np.float32) / np.float32(fan_in**0.5)
    return {
        "conv.weight": draw(8, 1, 3, 3, fan_in=9),
        "conv.bias": draw(8, fan_in=9),
        "dense.weight": draw(10, 8 * 13 * 13, fan_in=8 * 13 * 13),
        "dense.bias": draw(10, fan_in=8 * 13 * 13),
    }
