"""In a notebook, too, an AttributeError of ours says which name was probably meant.

Python finds that name by itself (``Did you mean: 'relu'?``) but writes it only where it prints the error; IPython prints
errors its own way, without it. `Tensor` has no ``__getattr__`` that could put it into the message: with that, Python would
look up every attribute of every tensor the slow way.
"""

import sys


def suggest_in_notebooks():
    """Let IPython, if it runs this, add the nearest name to errors about attributes of minidl's objects.

    Where somebody else handles errors already, nothing is changed.
    """
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((AttributeError,), _show)


def _show(shell, kind, error, trace, tb_offset=None):
    hint = suggestion(error)
    if hint:
        error.add_note(hint)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def suggestion(error):
    """Asks for the nearest public name that the object of an AttributeError has; "" if there is none, or it is said."""
    thing, name = error.obj, error.name
    ours = type(thing).__module__.partition(".")[0] == "minidl"
    if not ours or not isinstance(name, str) or "Did you mean" in str(error):
        return ""
    from difflib import get_close_matches  # only after a mistake

    near = get_close_matches(name, [n for n in dir(thing) if not n.startswith("_")], 1)
    return f"Did you mean {near[0]} ?" if near else ""
