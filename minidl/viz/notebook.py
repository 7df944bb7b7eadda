"""Pictures that change while a cell runs: shown once, updated without flicker, and in the end replaced by a final one.

The final picture is an output of its own, and the moving one goes: tools that compare notebooks cannot follow an output
that was replaced.

IPython and the widgets are imported where they are used: outside of a notebook nothing needs them.
"""

import sys
from typing import Any


class Stage:
    """A place in the notebook's output. Outside of a notebook nothing is shown.

    Parameters
    ----------
    script : str
        The name of the ES module that draws.
    state : dict
        What it begins with.
    """

    def __init__(self, script, state):
        self._widget: Any = None
        self._handle: Any = None
        if in_notebook():
            from IPython.display import display

            from minidl.viz.widget import make_widget
            from minidl.viz.widget.shown import remember

            self._widget = make_widget(script, state)
            remember(self._widget)
            view = self._widget._repr_mimebundle_()
            view = view[0] if isinstance(view, tuple) else view
            self._handle = display({**view, "text/plain": ""}, raw=True, display_id=True)

    def send(self, message):
        """Tell the browser what is new."""
        if self._widget is not None:
            from minidl.viz.widget import plain

            self._widget.send(plain(message))

    def finish(self, picture):
        """Show a picture instead; outside of a notebook, where there is no place for it, return it."""
        if self._handle is None:
            return picture
        from IPython.display import display

        self._handle.update({"text/plain": ""}, raw=True)
        display(picture)
        self._widget.close()
        self._widget = self._handle = None
        return None


def in_notebook():
    """Whether a notebook runs this."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None
