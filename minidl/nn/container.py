"""Modules that hold other modules, and lists of parameters."""

from itertools import groupby

from minidl.engine.tensor import Tensor
from minidl.nn.linear import Identity
from minidl.nn.module import Module
from minidl.nn.parameter import Parameter


class _ListOfModules(Module):
    """Modules that are numbered from 0."""

    def append(self, module):
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index, module):
        """Add a module before the one at `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._hold(modules)

    def pop(self, key):
        """Remove a module and return it."""
        module = self._of("module")[self._name_at(key)]
        del self[key]
        return module

    def _hold(self, modules):
        """Hold these modules, numbered from 0, in place of the present ones."""
        for name in list(self._of("module")):
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def _name_at(self, index):
        names = list(self._of("module"))
        if not isinstance(index, int) and not hasattr(index, "__index__"):
            raise TypeError(f"a {type(self).__name__} is indexed by whole numbers and slices, not by {index!r:.40}")
        if not -len(names) <= index < len(names):
            raise IndexError(f"index {index} is out of range for a {type(self).__name__} of {len(names)} modules")
        return names[index]

    def __setitem__(self, index, module):
        setattr(self, self._name_at(index), module)

    def __delitem__(self, index):
        names = list(self._of("module"))
        gone = names[index] if isinstance(index, slice) else [self._name_at(index)]
        numbered = names == [str(i) for i in range(len(names))]
        for name in gone:
            delattr(self, name)
        if numbered:
            self._hold(list(self))

    def __len__(self):
        return len(self._of("module"))

    def __iter__(self):
        return iter(self._of("module").values())

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]


class Sequential(_ListOfModules):
    """Modules that are run one after the other.

    Parameters
    ----------
    *args : Module, or one dict of name -> Module

    Examples
    --------
    >>> import minidl as md
    >>> net = md.nn.Sequential(md.nn.Linear(4, 8), md.nn.ReLU(), md.nn.Linear(8, 2))
    >>> net(md.zeros(5, 4)).shape
    (5, 2)
    >>> net
    Sequential(
      (0): Linear(in_features=4, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=2, bias=True)
    )
    """

    def __init__(self, *args):
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], dict) else enumerate(args)
        for name, module in named:
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential takes modules, and item {name} is a {type(module).__name__}. "
                    "A function such as relu has a module of its own (nn.ReLU())."
                )
            self.add_module(str(name), module)

    def forward(self, input):
        """Through all modules in order."""
        before = None
        for module in self:
            if isinstance(input, tuple) and before is not None:
                _refuse_several(before, module, input)
            input = module(input)
            before = module
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(dict(list(self._of("module").items())[index]))
        return self._of("module")[self._name_at(index)]

    def __add__(self, other):
        return Sequential(*self, *other)

    def __mul__(self, times):
        return Sequential(*list(self) * times)


def _refuse_several(before, module, values):
    """Say what to do when a module of a Sequential gives several values, and the next one is a layer for one."""
    ours = type(module).__module__.partition(".")[0] == __name__.partition(".")[0]
    if not ours or isinstance(module, Sequential | Identity):
        return  # a module of the user's own may take several values
    what = f"{type(before).__name__} returns {len(values)} values"
    hint = ""
    if type(before).__name__ in ("RNN", "GRU", "LSTM"):
        what = f"{type(before).__name__} returns its outputs and its last state"
        hint = (
            "\nWrite a module of your own around them:  out, state = self.rnn(x);  return self.head(out)\n"
            "or put a small module between that takes the first:  def forward(self, values): return values[0]"
        )
    raise TypeError(f"{what}, and {type(module).__name__}, which comes next in this Sequential, takes one tensor.{hint}")


class ModuleList(_ListOfModules):
    """A list of modules whose parameters are found; it has no forward of its own.

    Examples
    --------
    >>> import minidl as md
    >>> layers = md.nn.ModuleList(md.nn.Linear(2, 2) for _ in range(3))
    >>> len(layers), [name for name, _ in layers.named_parameters()][:2]
    (3, ['0.weight', '0.bias'])
    """

    def __init__(self, modules=None):
        super().__init__()
        self.extend(() if modules is None else modules)

    def __getitem__(self, index):
        return type(self)(list(self)[index]) if isinstance(index, slice) else self._of("module")[self._name_at(index)]

    def __repr__(self):
        if not len(self):
            return f"{type(self).__name__}()"
        lines, start = [], 0
        for text, alike in groupby(map(repr, self)):  # modules that look the same share a line
            count = len(list(alike))
            text = text.replace("\n", "\n  ")
            lines.append(f"({start}): {text}" if count == 1 else f"({start}-{start + count - 1}): {count} x {text}")
            start += count
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"

    def __add__(self, other):
        return ModuleList([*self, *other])

    def __iadd__(self, modules):
        return self.extend(modules)


class ModuleDict(Module):
    """A dict of modules whose parameters are found; it has no forward of its own."""

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    def update(self, modules):
        """Add modules from a dict, or from pairs of a name and a module."""
        for name, module in dict(modules).items():
            self[name] = module

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __getitem__(self, key):
        return self._of("module")[key]

    def __delitem__(self, key):
        del self._modules[key]

    def __contains__(self, key):
        return key in self._of("module")

    def __len__(self):
        return len(self._of("module"))

    def __iter__(self):
        return iter(self._of("module"))

    def clear(self):
        """Remove all modules."""
        for name in list(self):
            del self[name]

    def pop(self, key):
        """Remove a module and return it."""
        module = self[key]
        del self[key]
        return module

    def keys(self):
        """The names."""
        return self._of("module").keys()

    def values(self):
        """The modules."""
        return self._of("module").values()

    def items(self):
        """The names and the modules."""
        return self._of("module").items()


def _as_parameter(value):
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


class ParameterList(Module):
    """A list of parameters that a module finds; a plain tensor put into it becomes one.

    Examples
    --------
    >>> import minidl as md
    >>> weights = md.nn.ParameterList([md.ones(2, 3), md.zeros(3)])
    >>> [name for name, _ in weights.named_parameters()], len(weights)
    (['0', '1'], 2)
    """

    def __init__(self, values=None):
        super().__init__()
        object.__setattr__(self, "_size", 0)
        self.extend(() if values is None else values)

    def append(self, value):
        """Add a parameter at the end."""
        object.__setattr__(self, "_size", self._size + 1)
        self[-1] = value
        return self

    def extend(self, values):
        """Add several parameters at the end."""
        for value in list(values):
            self.append(value)
        return self

    def _name_at(self, index):
        if not -self._size <= index < self._size:
            raise IndexError(f"index {index} is out of range for a ParameterList of {self._size}")
        return str(index % self._size)

    def __setitem__(self, index, value):
        setattr(self, self._name_at(index), _as_parameter(value))

    def __getitem__(self, index):
        return type(self)(list(self)[index]) if isinstance(index, slice) else getattr(self, self._name_at(index))

    def __len__(self):
        return self._size

    def __iter__(self):
        return (getattr(self, str(i)) for i in range(self._size))

    def __iadd__(self, values):
        return self.extend(values)

    def extra_repr(self):
        """What is in it, one line each."""
        return _listing(enumerate(self))


class ParameterDict(Module):
    """A dict of parameters that a module finds; a plain tensor put into it becomes one."""

    def __init__(self, parameters=None):
        super().__init__()
        object.__setattr__(self, "_keys", {})
        self.update(parameters or {})

    def update(self, parameters):
        """Add parameters from a dict, or from pairs of a name and a parameter."""
        for key, value in dict(parameters).items():
            self[key] = value

    def __setitem__(self, key, value):
        self._keys[str(key)] = None
        setattr(self, str(key), _as_parameter(value))

    def __getitem__(self, key):
        if key not in self._keys:
            raise KeyError(key)
        return getattr(self, key)

    def __delitem__(self, key):
        del self._keys[key]
        delattr(self, key)

    def __contains__(self, key):
        return key in self._keys

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def keys(self):
        """The names."""
        return self._keys.keys()

    def values(self):
        """The parameters."""
        return (self[key] for key in self._keys)

    def items(self):
        """The names and the parameters."""
        return ((key, self[key]) for key in self._keys)

    def get(self, key, default=None):
        """The parameter of a name, or `default`."""
        return self[key] if key in self._keys else default

    def extra_repr(self):
        """What is in it, one line each."""
        return _listing(self.items())


def _listing(items):
    """Parameters for the printed form of a list or dict."""
    rows = [f"\n  ({name}): {type(p).__name__} of shape {tuple(p.shape)}" for name, p in items]
    return "".join(rows) + "\n" * bool(rows)
