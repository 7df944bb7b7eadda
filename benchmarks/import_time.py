"""How long `import minidl` takes, beside `import numpy`: fresh processes, taking turns."""

import os
import statistics
import subprocess
import sys
import time


def seconds(statement):
    start = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    return time.perf_counter() - start


def measure(runs=20):
    """Milliseconds of an import in a fresh process, as medians; printed."""
    times = {name: [] for name in ("numpy", "minidl")}
    for _ in range(runs):
        for name, own in times.items():
            own.append(seconds(f"import {name}"))
    median = {name: statistics.median(own) * 1e3 for name, own in times.items()}
    print(f"import numpy  {median['numpy']:6.1f} ms")
    print(f"import minidl {median['minidl']:6.1f} ms    ratio {median['minidl'] / median['numpy']:.2f}")
    return median


if __name__ == "__main__":
    measure()
