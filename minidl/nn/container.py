"""Modules that hold other modules."""

from minidl.nn.module import Module


class _ListOfModules(Module):
    """Modules that are numbered from 0 on."""

    def append(self, module):
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self):
        return len(self._of("module"))

    def __iter__(self):
        return iter(self._of("module").values())


class Sequential(_ListOfModules):
    """Modules that are run one after the other.

    Parameters
    ----------
    *modules : Module, or one dict of name -> Module

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

    def __init__(self, *modules):
        super().__init__()
        named = modules[0].items() if len(modules) == 1 and isinstance(modules[0], dict) else enumerate(modules)
        for name, module in named:
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential takes modules, and item {name} is a {type(module).__name__}. "
                    "A function such as relu has a module of its own (nn.ReLU())."
                )
            self.add_module(str(name), module)

    def forward(self, x):
        """Through all modules in order."""
        for module in self:
            x = module(x)
        return x

    def __getitem__(self, index):
        modules = list(self._of("module").items())
        if isinstance(index, slice):
            return type(self)(dict(modules[index]))
        if not -len(modules) <= index < len(modules):
            raise IndexError(f"index {index} is out of range for a Sequential of {len(modules)} modules")
        return modules[index][1]


class ModuleList(_ListOfModules):
    """A list of modules whose parameters are found; it has no forward of its own.

    Examples
    --------
    >>> import minidl as md
    >>> layers = md.nn.ModuleList(md.nn.Linear(2, 2) for _ in range(3))
    >>> len(layers), [name for name, _ in layers.named_parameters()][:2]
    (3, ['0.weight', '0.bias'])
    """

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)

    def extend(self, modules):
        """Add several modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def __getitem__(self, index):
        modules = list(self)
        return type(self)(modules[index]) if isinstance(index, slice) else modules[index]


class ModuleDict(Module):
    """A dict of modules whose parameters are found; it has no forward of its own."""

    def __init__(self, modules=None):
        super().__init__()
        for name, module in (modules or {}).items():
            self[name] = module

    def __setitem__(self, name, module):
        self.add_module(name, module)

    def __getitem__(self, name):
        return self._of("module")[name]

    def __contains__(self, name):
        return name in self._of("module")

    def __len__(self):
        return len(self._of("module"))

    def __iter__(self):
        return iter(self._of("module"))

    def keys(self):
        """The names."""
        return self._of("module").keys()

    def values(self):
        """The modules."""
        return self._of("module").values()

    def items(self):
        """The names and the modules."""
        return self._of("module").items()
