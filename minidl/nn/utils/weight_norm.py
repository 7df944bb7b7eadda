"""Weight and spectral normalisation by PyTorch's older names, whose state dicts have keys of their own.

New code uses those of `minidl.nn.utils.parametrizations`; the numbers are the same.
"""

from minidl.engine.generator import fill_normal
from minidl.engine.grad_mode import no_grad
from minidl.engine.tensor import Tensor
from minidl.nn.parameter import Parameter
from minidl.nn.utils.parametrizations import norm_except_dim


class _Computed:
    """A parameter that is computed before every forward, and set as an ordinary attribute."""

    parts: tuple[str, ...]  # the endings of the names of what it is computed from

    def __init__(self, name):
        self.name = name

    def compute(self, module):
        """The parameter; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} needs a method compute(module), which returns the parameter")

    def __call__(self, module, args):
        """The forward pre-hook."""
        object.__setattr__(module, self.name, self.compute(module))

    def take_away(self, module):
        """Make an ordinary parameter of what was computed."""
        with no_grad():
            value = self.compute(module)
        module.__dict__.pop(self.name)
        for name in self.parts:
            delattr(module, self.name + name)
        module.register_parameter(self.name, Parameter(value.detach()))
        own = module._hooks["forward_pre"]
        own[:] = [hook for hook in own if hook.function is not self]
        return module


class WeightNorm(_Computed):
    """A weight as its length times its direction."""

    parts = ("_g", "_v")

    def __init__(self, name, dim):
        super().__init__(name)
        self.dim = dim

    def compute(self, module):
        """g v / |v|."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, self.dim))


def weight_norm(module, name="weight", dim=0):
    """Learn the length of each slice of a weight along `dim` apart from its direction (Salimans & Kingma 2016)."""
    norm, weight = WeightNorm(name, dim), getattr(module, name)
    delattr(module, name)
    with no_grad():
        module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, dim).detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    norm(module, ())
    module.register_forward_pre_hook(norm)
    return module


class SpectralNorm(_Computed):
    """A weight divided by its largest singular value, which power iteration estimates."""

    parts = ("_orig", "_u", "_v")

    def __init__(self, name, n_power_iterations, dim, eps):
        super().__init__(name)
        self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim, eps

    def matrix(self, weight):
        """The weight with its outputs as rows."""
        return weight.movedim(self.dim, 0).flatten(1)

    def unit(self, vector):
        """The vector with length 1."""
        return vector / (vector * vector).sum().sqrt().clamp_min(self.eps)

    def compute(self, module):
        """The weight, of which the largest singular value is now 1."""
        weight, u, v = (getattr(module, self.name + part) for part in self.parts)
        matrix = self.matrix(weight)
        if module.training:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(self.unit(matrix.T @ u))
                    u.copy_(self.unit(matrix @ v))
        return weight / (u.clone() * (matrix @ v.clone())).sum()


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Keep the largest singular value of a weight at 1 (Miyato et al. 2018)."""
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    norm, weight = SpectralNorm(name, n_power_iterations, dim, eps), getattr(module, name)
    delattr(module, name)
    module.register_parameter(name + "_orig", Parameter(weight.detach()))
    for part, size in zip(("_u", "_v"), norm.matrix(weight.detach()).shape, strict=True):
        vector = Tensor.wrap(fill_normal((size,), 0.0, 1.0, weight.dtype))
        module.register_buffer(name + part, norm.unit(vector))
    object.__setattr__(module, name, weight.detach())
    module.register_forward_pre_hook(norm)
    return module


def _remove(module, name, kind):
    for hook in list(module._hooks.get("forward_pre", ())):
        if isinstance(hook.function, kind) and hook.function.name == name:
            return hook.function.take_away(module)
    raise ValueError(f"{type(module).__name__} has no such normalisation of {name!r}")


def remove_weight_norm(module, name="weight"):
    """Undo `weight_norm`: an ordinary weight with the value that was computed."""
    return _remove(module, name, WeightNorm)


def remove_spectral_norm(module, name="weight"):
    """Undo `spectral_norm`: an ordinary weight with the value that was computed."""
    return _remove(module, name, SpectralNorm)
