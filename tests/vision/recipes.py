"""Transforms that are compared with torchvision's: name, arguments, and the size of the images."""

import numpy as np

RANDOM = {
    "crop": ("RandomCrop", {"size": 9}, (3, 12, 14)),
    "crop with padding": ("RandomCrop", {"size": [12, 14], "padding": 4}, (1, 12, 14)),
    "crop with two paddings": ("RandomCrop", {"size": [11, 12], "padding": [1, 3], "fill": 0.5}, (1, 12, 14)),
    "crop with four paddings": ("RandomCrop", {"size": 12, "padding": [1, 2, 3, 0]}, (1, 12, 14)),
    "crop with what is missing": ("RandomCrop", {"size": [9, 14], "pad_if_needed": True, "fill": 0.5}, (3, 7, 10)),
    "crop, padded and too low": ("RandomCrop", {"size": [15, 9], "padding": 1, "pad_if_needed": True}, (1, 8, 10)),
    "crop with what is mirrored": (
        "RandomCrop",
        {"size": 9, "pad_if_needed": True, "padding_mode": "reflect"},
        (1, 7, 12),
    ),
    "flip": ("RandomHorizontalFlip", {}, (3, 5, 6)),
    "flip seldom": ("RandomHorizontalFlip", {"p": 0.2}, (1, 5, 6)),
    "rotation": ("RandomRotation", {"degrees": 40}, (3, 15, 12)),
    "rotation to the left": ("RandomRotation", {"degrees": [10, 30], "fill": 1}, (1, 15, 12)),
    "affine, turned": ("RandomAffine", {"degrees": 25}, (1, 13, 16)),
    "affine, moved": ("RandomAffine", {"degrees": 0, "translate": [0.2, 0.3]}, (3, 13, 16)),
    "affine, scaled": ("RandomAffine", {"degrees": 0, "scale": [0.7, 1.4]}, (1, 13, 16)),
    "affine, sheared": ("RandomAffine", {"degrees": 0, "shear": 20}, (1, 13, 16)),
    "affine, all": (
        "RandomAffine",
        {"degrees": 30, "translate": [0.1, 0.2], "scale": [0.8, 1.2], "shear": [-10, 10, -5, 15], "fill": 0.25},
        (3, 13, 16),
    ),
    "brightness": ("ColorJitter", {"brightness": 0.6}, (3, 4, 5)),
    "contrast": ("ColorJitter", {"contrast": [0.3, 2.0]}, (3, 4, 5)),
    "saturation": ("ColorJitter", {"saturation": 0.9}, (3, 4, 5)),
    "hue": ("ColorJitter", {"hue": 0.4}, (3, 4, 5)),
    "all colours": ("ColorJitter", {"brightness": 0.4, "contrast": 0.5, "saturation": 0.6, "hue": 0.2}, (3, 4, 5)),
    "grey jitter": ("ColorJitter", {"brightness": 0.4, "contrast": 0.5, "saturation": 0.6, "hue": 0.2}, (1, 4, 5)),
}
FIXED = {
    "center crop": ("CenterCrop", {"size": [5, 7]}, (3, 12, 14)),
    "center crop, odd": ("CenterCrop", {"size": 7}, (1, 12, 14)),
    "center crop, larger": ("CenterCrop", {"size": 15}, (1, 12, 14)),
    "smaller": ("Resize", {"size": [5, 6]}, (3, 12, 14)),
    "smaller side": ("Resize", {"size": 5}, (1, 14, 12)),
    "larger": ("Resize", {"size": [20, 31]}, (1, 12, 14)),
    "smaller, not blurred": ("Resize", {"size": [5, 6], "antialias": False}, (1, 12, 14)),
    "grey": ("Grayscale", {}, (3, 5, 6)),
    "grey in three channels": ("Grayscale", {"num_output_channels": 3}, (3, 5, 6)),
    "normalize": ("Normalize", {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.1]}, (3, 5, 6)),
}
GRIDS = {
    "seven": ((7, 3, 4, 5), {"nrow": 3}),
    "grey": ((5, 1, 4, 5), {"padding": 1, "pad_value": 0.5}),
    "single": ((3, 4, 5), {}),
    "normalized": ((4, 3, 4, 5), {"normalize": True, "nrow": 2}),
    "each normalized": ((4, 3, 4, 5), {"normalize": True, "scale_each": True}),
    "of a range": ((2, 1, 4, 5), {"normalize": True, "value_range": [0.2, 0.6]}),
}


def pixels(*shape):
    """The images that go through: numbers from 0 to 1 that no transform leaves as they are."""
    return np.random.RandomState(0).rand(*shape).astype(np.float32)


def arguments(given):
    """Arguments as they are written in Python: what is a list in the fixture is a tuple."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
