"""The lowest versions that pyproject.toml allows, as constraints for pip: `python -m tests.lowest > lowest.txt`.

CI installs these and runs the tests with them, so that what is declared is true.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest():
    """The lowest version of each package that users may need, by its name."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = [
        line for extra in ("audio", "course", "distributed", "export") for line in project["optional-dependencies"][extra]
    ]
    versions: dict[str, str] = {}
    for line in project["dependencies"] + optional:
        name, version = re.fullmatch(r"([\w-]+)>=([\d.]+)(?:;.*)?", line).groups()
        versions[name] = max(version, versions.get(name, version), key=lambda v: [int(n) for n in v.split(".")])
    return versions


if __name__ == "__main__":
    for package, version in sorted(lowest().items()):
        print(f"{package}=={version}")
