"""Data: datasets, batches, and the data sets that come with minidl."""

from minidl.data import transforms
from minidl.data.bundled import digits
from minidl.data.cells import nuclei
from minidl.data.census_table import census
from minidl.data.cifar import cifar10
from minidl.data.collate import default_collate, default_convert
from minidl.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from minidl.data.distributed import DistributedSampler
from minidl.data.drawings import emoji
from minidl.data.face_set import faces
from minidl.data.full_sets import fashion_mnist, mnist
from minidl.data.loader import DataLoader
from minidl.data.olivetti import olivetti_faces
from minidl.data.samplers import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from minidl.data.sketched import sketches
from minidl.data.speech import commands, syllables
from minidl.data.synthetic import blobs, circles, moons, sines, spirals
from minidl.data.tables import breast_cancer, diabetes, iris, wine
from minidl.data.texts import docstrings, menus, names, novel, poems, reviews
from minidl.data.workers import get_worker_info
from minidl.engine.names import missing as _missing

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "blobs",
    "breast_cancer",
    "census",
    "cifar10",
    "circles",
    "commands",
    "default_collate",
    "default_convert",
    "diabetes",
    "digits",
    "docstrings",
    "emoji",
    "faces",
    "fashion_mnist",
    "get_worker_info",
    "iris",
    "menus",
    "mnist",
    "moons",
    "names",
    "novel",
    "nuclei",
    "olivetti_faces",
    "poems",
    "random_split",
    "reviews",
    "sines",
    "sketches",
    "spirals",
    "syllables",
    "transforms",
    "wine",
]


def __getattr__(name):
    raise _missing("module 'minidl.data'", name, __all__)
