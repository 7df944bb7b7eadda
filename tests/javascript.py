"""Check the types of the widgets' JavaScript: `python -m tests.javascript`.

The types stand in comments (JSDoc), and TypeScript reads them; nothing is built. Without TypeScript this says so and
passes: neither minidl nor its tests need node. MINIDL_NODE=required, as in CI, makes that a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TYPESCRIPT = "typescript@5.9.3"


def compiler():
    """The command of TypeScript: that of this folder, or one that npx has or can fetch; None where there is none."""
    if local := shutil.which("tsc", path=ROOT / "node_modules" / ".bin"):
        return [local]
    if npx := shutil.which("npx"):
        command = [npx, "--yes", "--package", TYPESCRIPT, "tsc"]
        if subprocess.run([*command, "--version"], capture_output=True, timeout=120, check=False).returncode == 0:
            return command
    return None


def main():
    """0 when the types are right, or cannot be checked; 1 when they are not."""
    command = compiler()
    if command is None:
        required = os.environ.get("MINIDL_NODE") == "required"
        print(f"TypeScript was not found{'' if required else ': the types of the JavaScript were not checked'}.")
        print(f"With node: npm install --no-save {TYPESCRIPT}")
        return int(required)
    return subprocess.run([*command, "--project", str(ROOT)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
