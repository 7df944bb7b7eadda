"""Modules that hold other modules."""

from minidl.nn.module import Module


class Sequential(Module):
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
        for module in self._modules.values():
            x = module(x)
        return x

    def append(self, module):
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        modules = list(self._modules.items())
        if isinstance(index, slice):
            return type(self)(dict(modules[index]))
        if not -len(modules) <= index < len(modules):
            raise IndexError(f"index {index} is out of range for a Sequential of {len(modules)} modules")
        return modules[index][1]
