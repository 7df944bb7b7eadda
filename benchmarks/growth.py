"""How the time of a step grows with batch, width, depth and length: python benchmarks/growth.py"""

import numpy as np
import workloads
from peers import load, say_missing, steps_of
from speed import best, medians


def with_batch(T, n):
    """Batch of an MLP 256-256-10."""
    return workloads.classifier(T, (256, 256, 10), n)


def with_width(T, n):
    """Width of an MLP of three layers, batch 128."""
    return workloads.classifier(T, (n, n, n, 10), 128)


def with_depth(T, n):
    """Layers of an MLP of width 64, batch 64."""
    return workloads.classifier(T, (64,) * n + (10,), 64)


def with_length(T, n):
    """Steps of the LSTM character model."""
    return workloads.char_lstm(T, n)


def with_tokens(T, n):
    """Tokens of the transformer: attention grows with the square."""
    return workloads.transformer(T, n)


SIZES = {
    with_batch: (64, 128, 256, 512, 1024, 2048, 4096),
    with_width: (64, 128, 256, 512, 1024, 1536),
    with_depth: (4, 8, 16, 32, 64, 128),
    with_length: (8, 16, 32, 64, 128, 256),
    with_tokens: (16, 32, 64, 128, 256, 512),
}


def exponent(sizes, times):
    """The k of the best t = c n^k, by least squares on the logarithms of the larger half: there the fixed costs fade."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(times[half:]), 1)[0])


def measure(libraries, rounds=5):
    """Sizes, milliseconds and exponents of minidl and PyTorch; printed as they come."""
    both = {name: library for name, library in libraries.items() if name in ("minidl", "PyTorch")}
    print("\nthe time of a step grows with the power ...")
    results = {}
    for work, sizes in SIZES.items():
        times = {name: [] for name in both}
        for n in sizes:
            found = medians(steps_of(work, both, n), rounds)
            for name, own in times.items():
                own.append(best(found, name))
        powers = {name: exponent(sizes, own) for name, own in times.items()}
        axis = work.__name__.removeprefix("with_")
        results[work.__name__] = {"work": work.__doc__, "axis": axis, "sizes": sizes, "ms": times, "exponent": powers}
        print(f"{work.__name__:22s}" + ", ".join(f"{name} {power:.2f}" for name, power in powers.items()), flush=True)
    return results


if __name__ == "__main__":
    found, missing = load(["minidl", "PyTorch"])
    say_missing(missing)
    measure(found)
