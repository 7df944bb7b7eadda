"""Train the digit reader with other frameworks, and keep what came: `python assets/frameworks/record.py [NAME ...]`.

It runs those that are installed (or named), and writes their losses, their verdicts and their defaults into runs.json,
which chapter 28 draws. `--check` writes nothing, and fails when a number has moved by more than `CLOSE`.
"""

import importlib.util
import json
import sys
from pathlib import Path

import shared

RUNS = Path(__file__).with_name("runs.json")
PACKAGES = {"minidl": "minidl", "pytorch": "torch", "keras": "keras", "tensorflow": "tensorflow", "jax": "jax"}
CLOSE = 1e-3  # of a loss: what versions and processors may change


def installed(package):
    """Whether a package can be imported."""
    return importlib.util.find_spec(package) is not None


def run(name):
    """One training run: losses, how many digits held out were read right, and what the framework takes by itself."""
    framework = importlib.import_module(f"in_{name}")
    model = framework.build(shared.start())
    came = framework.train(model, shared.batches())
    model, losses = came if isinstance(came, tuple) else (model, came)  # JAX changes nothing in place: it has new weights
    images, labels = shared.held_out()
    right = int((framework.scores(model, images).argmax(1) == labels).sum())
    return {"losses": [round(float(loss), 8) for loss in losses], "right": right, **OWN.get(name, dict)()}


def of_minidl():
    """The first numbers after a seed, and defaults."""
    import minidl as md

    return _like_torch(md)


def of_pytorch():
    """The first numbers after a seed, and defaults."""
    import torch

    return _like_torch(torch)


def _like_torch(library):
    library.manual_seed(0)
    weight = library.nn.Parameter(library.zeros(1))
    defaults = {
        "SGD: learning rate": library.optim.SGD([weight]).defaults["lr"],
        "Adam: epsilon": library.optim.Adam([weight]).defaults["eps"],
        "RMSprop: decay": library.optim.RMSprop([weight]).defaults["alpha"],
        "batch norm: share of the old mean": 1 - library.nn.BatchNorm2d(1).momentum,
        "batch norm: epsilon": library.nn.BatchNorm2d(1).eps,
        "layer norm: epsilon": library.nn.LayerNorm(1).eps,
        "bias of a linear layer at first": "random" if library.nn.Linear(9, 9).bias.abs().sum() else "zero",
    }
    library.manual_seed(0)
    return {"seeded": [round(x, 4) for x in library.rand(3).tolist()], "defaults": defaults}


def of_keras():
    """The first numbers after a seed, and defaults."""
    import keras

    layers, optimizers, dense = keras.layers, keras.optimizers, keras.layers.Dense(9)
    dense.build((None, 9))
    defaults = {
        "SGD: learning rate": round(float(optimizers.SGD().learning_rate), 7),
        "Adam: epsilon": optimizers.Adam().epsilon,
        "RMSprop: decay": optimizers.RMSprop().rho,
        "batch norm: share of the old mean": layers.BatchNormalization().momentum,
        "batch norm: epsilon": layers.BatchNormalization().epsilon,
        "layer norm: epsilon": layers.LayerNormalization().epsilon,
        "bias of a linear layer at first": "random" if abs(keras.ops.convert_to_numpy(dense.bias)).sum() else "zero",
    }
    seeded = keras.ops.convert_to_numpy(keras.random.uniform((3,), seed=0))
    return {"seeded": [round(float(x), 4) for x in seeded], "defaults": defaults}


def of_tensorflow():
    """The first numbers after a seed."""
    import tensorflow as tf

    tf.random.set_seed(0)
    return {"seeded": [round(float(x), 4) for x in tf.random.uniform((3,)).numpy()]}


def of_jax():
    """The first numbers after a seed."""
    import jax

    return {"seeded": [round(float(x), 4) for x in jax.random.uniform(jax.random.key(0), (3,))]}


OWN = {
    "minidl": of_minidl,
    "pytorch": of_pytorch,
    "keras": of_keras,
    "tensorflow": of_tensorflow,
    "jax": of_jax,
}


def moved(old, new):
    """By how much the losses of two runs differ at most."""
    return max(abs(a - b) for a, b in zip(old["losses"], new["losses"], strict=True))


def main(*arguments):
    """Run what is installed; the number of runs that do not hold."""
    runs = json.loads(RUNS.read_text(encoding="utf-8")) if RUNS.exists() else {}
    names = [name for name in arguments if name in PACKAGES] or [n for n, p in PACKAGES.items() if installed(p)]
    failed = 0
    for name in names:
        version = importlib.import_module(PACKAGES[name]).__version__.partition("+")[0]
        new = {"version": version, **run(name)}
        if "--check" in arguments:
            by = moved(runs[name], new)
            failed += by > CLOSE
            print(f"{name} {new['version']}: losses within {by:.1e} of the recorded ones, {new['right']} of 500 right")
        else:
            runs[name] = new
            print(f"{name} {new['version']}: last loss {new['losses'][-1]:.4f}, {new['right']} of 500 right")
    if "--check" not in arguments:
        ordered = {name: runs[name] for name in PACKAGES if name in runs}
        RUNS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
