"""What metrics are seldom given: (predictions, targets) by name."""

import numpy as np

LABELS = {
    "absent class": ([0, 2, 2, 5], [0, 2, 0, 2]),
    "negative labels": ([-1, 1, 1], [-1, -1, 1]),
    "no positive": ([0, 0], [0, 0]),
    "only positives": ([1, 1], [1, 1]),
    "true or false": ([True, False, True], [True, True, False]),
}
SCORES = {
    "small unsigned": (np.array([200, 3, 90, 90], "uint8"), [1, 0, 0, 1]),
    "small signed": (np.array([-128, 127, 0, 5], "int8"), [0, 1, 0, 1]),
    "half precision": (np.array([0.1, 0.35, 0.4, 0.8], "float16"), [0, 1, 0, 1]),
}
NUMBERS = {
    "small unsigned": (np.array([1, 200, 30], "uint8"), np.array([3, 100, 31], "uint8")),
    "rows": (np.array([[1.0, 10.0], [2.0, 40.0], [4.0, 20.0]]), np.array([[1.5, 12.0], [2.5, 30.0], [3.0, 25.0]])),
    "large": (np.array([1e8 + 1, 1e8 + 3, 1e8], "float64"), np.array([1e8, 1e8 + 3, 1e8 + 1], "float64")),
}
