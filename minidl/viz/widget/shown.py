"""Which widgets a cell of a notebook shows: when it runs again, those of its last run are closed, and nothing is kept."""

from typing import Any

_shown: dict[str, list] = {}  # the id of a cell -> its widgets
_watched: Any = None  # the shell that tells when a cell runs


def remember(widget):
    """Close this widget when the cell that runs now is run again, unless another cell shows it too."""
    cell = _this_cell()
    if cell is not None and not any(widget is w for w in _shown.setdefault(cell, [])):
        _shown[cell].append(widget)


def forget(cell):
    """Close what the last run of a cell showed."""
    for widget in _shown.pop(cell, ()):
        if not any(widget is w for widgets in _shown.values() for w in widgets):
            widget.close()


def _this_cell():
    """The id of the cell that runs, from the message that made it run; None outside of a notebook."""
    global _watched
    from IPython import get_ipython  # inside: only a notebook has it loaded

    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    if _watched is not shell:
        shell.events.register("pre_run_cell", lambda info: forget(getattr(info, "cell_id", None)))
        _watched = shell
    return (shell.get_parent() or {}).get("metadata", {}).get("cellId")
