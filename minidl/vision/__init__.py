"""Seeing: transforms of images, operations on boxes, image files. Names and paths are torchvision's."""

from minidl.vision import io, ops, scanning, transforms, utils
from minidl.vision.io import read_image
from minidl.vision.utils import make_grid

__all__ = ["io", "make_grid", "ops", "read_image", "scanning", "transforms", "utils"]
