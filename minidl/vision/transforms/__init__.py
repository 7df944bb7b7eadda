"""Transforms of images, with torchvision's names; a batch goes through at once, each image with its own draws.

Images have the shape (C, H, W) or (N, C, H, W), as tensors or arrays; a tensor comes back. With the same seed an image gets
what torchvision's transform of that name would do to it; the images of a batch draw as if they came one after the other
(torchvision would do the same to all of them). Transforms are for data: no gradient passes.
"""

from minidl.vision.transforms.affine import RandomAffine, RandomRotation
from minidl.vision.transforms.colour import ColorJitter, Grayscale, Normalize
from minidl.vision.transforms.cropping import CenterCrop, RandomCrop, RandomHorizontalFlip, Resize
from minidl.vision.transforms.image_transform import Compose, ImageTransform, InterpolationMode, RandomTransform, ToTensor

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "Grayscale",
    "ImageTransform",
    "InterpolationMode",
    "Normalize",
    "RandomAffine",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomTransform",
    "Resize",
    "ToTensor",
]
