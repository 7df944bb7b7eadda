"""Data: datasets, batches, and the data sets that come with minidl."""

from minidl.data import transforms
from minidl.data.bundled import digits
from minidl.data.dataset import Dataset, Subset, TensorDataset, random_split
from minidl.data.full_sets import fashion_mnist, mnist
from minidl.data.loader import DataLoader
from minidl.data.samplers import RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler
from minidl.data.synthetic import blobs, circles, moons, sines, spirals
from minidl.data.tables import breast_cancer, diabetes, iris, wine

__all__ = [
    "DataLoader", "Dataset", "RandomSampler", "SequentialSampler", "Subset", "SubsetRandomSampler", "TensorDataset",
    "WeightedRandomSampler", "blobs", "breast_cancer", "circles", "diabetes", "digits",
    "fashion_mnist", "iris", "mnist", "moons", "random_split", "sines", "spirals", "transforms", "wine",
]  # fmt: skip
