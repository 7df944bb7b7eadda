"""What minidl imports is what pyproject.toml declares."""

import ast
import re
import sys
import tomllib
from pathlib import Path

from tests.lowest import lowest

ROOT = Path(__file__).parents[1]
NAMES = {"IPython": "ipython", "PIL": "pillow", "xdist": "pytest-xdist"}  # of packages that are imported by another name
NEVER_NEEDED = {"torch"}  # handed in by those who have it


def imported():
    """Top-level names of the packages that minidl imports, anywhere."""
    found = set()
    for path in (ROOT / "minidl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"minidl"} - NEVER_NEEDED


def test_every_package_that_is_imported_is_declared_with_a_lowest_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [
        line for extra in ("audio", "course", "distributed", "export") for line in project["optional-dependencies"][extra]
    ]
    declared = {}
    for line in project["dependencies"] + optional:
        name, lowest = re.fullmatch(r"([\w-]+)(>=[\d.]+)(?:;.*)?", line).groups()
        declared[name] = lowest
    wanted = {NAMES.get(name, name.replace("_", "-")) for name in imported()}
    assert wanted - declared.keys() == set()


def test_ci_installs_the_lowest_version_of_every_package_and_looks_for_known_holes():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "python -m tests.lowest > lowest.txt" in workflow
    assert "-c lowest.txt" in workflow
    assert "pip_audit" in workflow
    versions = lowest()
    assert {NAMES.get(name, name.replace("_", "-")) for name in imported()} <= versions.keys()
    assert versions["threadpoolctl"] == "3.5"  # declared twice: the higher one holds
