"""Bundled tables: small, real, and always there."""

from minidl.data.bundled import read_bundled
from minidl.data.dataset import TensorDataset
from minidl.engine.dtypes import default
from minidl.engine.tensor import Tensor
from minidl.system.resources import folder

CHECKSUMS = {
    "iris": "3b884cb17940387e10108deb3cb4ddbe0a1cd5b4f2608acdc339c02f61b1f2ee",
    "wine": "c4b53a87b289d017346abf21d25ab4fa8a008dc5fde2564745c9a8418329e166",
    "breast_cancer": "61eab708f53e408ebb5eb762482ab713ba56c88aba3fd4cf88f698ac88df9306",
    "diabetes": "36b52a5b723039aab7ee948949f014158fc463ef820c4d58d58b36f5e7b38b2a",
}


class Table(TensorDataset):
    """Rows of numbers, and what is to be predicted from each.

    Attributes
    ----------
    features : Tensor, shape (N, columns)
    target : Tensor, shape (N,)
        Class labels, or numbers.
    feature_names, target_names : list of str
        What the columns are; what the classes are (or the one number).
    """

    def __init__(self, name, features, target, feature_names, target_names):
        super().__init__(features, target)
        self.name, self.features, self.target = name, features, target
        self.feature_names, self.target_names = feature_names, target_names

    def __repr__(self):
        return f"Table({self.name}: {len(self)} rows, {len(self.feature_names)} features)"


def _table(name):
    arrays = read_bundled(folder("assets") / "data" / "tables" / f"{name}.npz", CHECKSUMS[name])
    target = arrays["target"]
    return Table(
        name,
        Tensor.wrap(arrays["features"].astype(default.dtype)),
        Tensor.wrap(target if target.dtype.kind == "i" else target.astype(default.dtype)),
        arrays["feature_names"].tolist(),
        arrays["target_names"].tolist(),
    )


def iris():
    """Three kinds of iris by the size of their flowers: 150 rows, 4 features (Fisher 1936).

    >>> iris()
    Table(iris: 150 rows, 4 features)
    """
    return _table("iris")


def wine():
    """Wines of three growers by chemical analysis: 178 rows, 13 features (Aeberhard & Forina 1991)."""
    return _table("wine")


def breast_cancer():
    """Malignant (0) and benign (1) tumours by the shape of cell nuclei: 569 rows, 30 features (Wolberg et al. 1993)."""
    return _table("breast_cancer")


def diabetes():
    """How far diabetes progressed within a year: 442 rows, 10 features in their own units (Efron et al. 2004)."""
    return _table("diabetes")
