"""Data: datasets, batches, and the data sets that come with minidl."""

from minidl.data.bundled import digits
from minidl.data.dataset import Dataset, Subset, TensorDataset, random_split
from minidl.data.loader import DataLoader

__all__ = ["DataLoader", "Dataset", "Subset", "TensorDataset", "digits", "random_split"]
