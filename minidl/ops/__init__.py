"""The operations: one rule each, shelved as a textbook would."""

from minidl.ops import activation, creation, elementwise, indexing, linalg, loss, reduction, shape

__all__ = ["activation", "creation", "elementwise", "indexing", "linalg", "loss", "reduction", "shape"]
