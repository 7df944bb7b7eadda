"""Pictures that change while a cell runs: shown once, updated without flicker, and in the end replaced by a still one."""

from typing import Any


class Stage:
    """A place in the notebook's output. Outside of a notebook nothing is shown.

    Parameters
    ----------
    script : str
        The name of the ES module that draws.
    state : dict
        What it begins with.
    text : str
        What stands there for a screen reader, and where no widget can be shown.
    """

    def __init__(self, script, state, text):
        self._widget: Any = None
        self._handle: Any = None
        if in_notebook():
            from IPython.display import display

            from minidl.viz.widget import make_widget

            self._widget = make_widget(script, state)
            view = self._widget._repr_mimebundle_()
            view = view[0] if isinstance(view, tuple) else view
            self._handle = display({**view, "text/plain": text}, raw=True, display_id=True)

    def send(self, message):
        """Tell the browser what is new."""
        if self._widget is not None:
            self._widget.send(message)

    def finish(self, picture):
        """Put a picture in the place; whether there is one."""
        if self._handle is None:
            return False
        self._handle.update(picture._repr_mimebundle_(), raw=True)
        self._widget = self._handle = None
        return True


def in_notebook():
    """Whether a notebook runs this."""
    import sys

    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None
