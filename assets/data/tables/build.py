"""Build the four tables from those that scikit-learn ships.

    pip install scikit-learn && python build.py

Numbers are as in scikit-learn; diabetes is the table in its original units (``scaled=False``).
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn import datasets


def main():
    """Write one .npz for each table beside this script, and print their checksums."""
    tables = {
        "iris": datasets.load_iris(),
        "wine": datasets.load_wine(),
        "breast_cancer": datasets.load_breast_cancer(),
        "diabetes": datasets.load_diabetes(scaled=False),
    }
    for name, table in tables.items():
        path = Path(__file__).with_name(f"{name}.npz")
        regression = name == "diabetes"
        np.savez_compressed(
            path,
            features=table.data.astype(np.float64),
            target=table.target.astype(np.float64 if regression else np.int64),
            feature_names=np.array([str(n) for n in table.feature_names]),
            target_names=np.array(["progression"] if regression else [str(n) for n in table.target_names]),
        )
        print(f'    "{name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",')


if __name__ == "__main__":
    main()
