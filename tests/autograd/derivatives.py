"""Derivatives of functions, asked of a library with PyTorch's names: minidl, or PyTorch itself for the fixture.

A case takes the library, and gives a tree of dicts, lists, tuples and tensors; or it is refused.
"""

import math


def told(lib, case):
    """What comes out of a case as plain data: containers by their kind, tensors with dtype, shape and values."""
    try:
        return _told(lib, case(lib))
    except Exception as error:
        return {"refused": isinstance(error, RuntimeError | TypeError | ValueError | AssertionError | NotImplementedError)}


def _told(lib, value):
    if isinstance(value, lib.Tensor):
        numbers = [float(f"{v:.13g}") for v in value.detach().reshape(-1).tolist()]
        dtype = str(value.dtype).removeprefix("torch.")
        return {"dtype": dtype, "shape": list(value.shape), "values": numbers, "graph": value.requires_grad}
    if isinstance(value, dict):
        return {"dict": [[key, _told(lib, item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_told(lib, item) for item in value]}
    return {"other": value}


def same(a, b, loosely=False):
    """Whether two cases came out alike: the structure exactly, numbers to 1e-10.

    Loosely: lists are tuples, and it does not matter which results lead back to something.
    """
    if loosely:
        a, b = _loose(a), _loose(b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], loosely) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y, loosely) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=1e-10, abs_tol=1e-12)
    return type(a) is type(b) and a == b


def _loose(told):
    if not isinstance(told, dict):
        return told
    return {"tuple" if key == "list" else key: value for key, value in told.items() if key != "graph"}


# ---------------------------------------------------------------- what is differentiated


def numbers(lib, *shape, start=0.3, requires_grad=False):
    """Fixed numbers of a shape, in float64."""
    n = math.prod(shape)
    values = [start + math.sin(1.7 * i + start) for i in range(n)]
    made = lib.tensor(values, dtype=lib.float64).reshape(shape)
    return made.requires_grad_() if requires_grad else made  # PyTorch refuses the question inside torch.func


def curve(x):
    return x.sin() * x.sum() + x[0] ** 3


def bowl(x):
    return (x**3).sum() * x[0] + (x[0] * x[-1]).exp()


def mixed(x, y):
    return (x @ y).tanh() + x.sum()


def energy(x, y):
    return ((x @ y) ** 2).sum() + x.exp().sum() * y[0]


def several(x):
    return x**2, x.sum(), (x[0] * x[1]).exp()


def linear(x):
    return 3 * x


def constant(x):
    return x.detach() * 2


def half_used(x, y):
    return (x**2).sum()


# ---------------------------------------------------------------- torch.autograd.functional


def functional_cases():
    cases = {}

    def case(name, run):
        assert name not in cases, name
        cases[name] = run

    def x(lib):
        return numbers(lib, 3)

    def xy(lib):
        return numbers(lib, 2, 3), numbers(lib, 3, start=-0.4)

    functions = {"curve": curve, "several": several, "linear": linear, "constant": constant, "sum": lambda x: x.sum()}
    options = {
        "": {},
        " create_graph": {"create_graph": True},
        " strict": {"strict": True},
        " strict create_graph": {"strict": True, "create_graph": True},
    }
    more = {
        " vectorize": {"vectorize": True},
        " vectorize create_graph": {"vectorize": True, "create_graph": True},
        " strict vectorize": {"strict": True, "vectorize": True},
    }
    forward = {
        " forward": {"vectorize": True, "strategy": "forward-mode"},
        " forward alone": {"strategy": "forward-mode"},
        " forward graph": {"strategy": "forward-mode", "vectorize": True, "create_graph": True},
        " no such strategy": {"strategy": "sideways"},
    }

    def ask(method, function, inputs, *args, **kwargs):
        def run(lib):
            given = [a(lib) if callable(a) else a for a in args]
            return getattr(lib.autograd.functional, method)(function, inputs(lib), *given, **kwargs)

        return run

    for name, function in functions.items():
        for label, chosen in {**options, **more, **forward}.items():
            case(f"jacobian {name}{label}", ask("jacobian", function, x, **chosen))
        for label, chosen in options.items():
            case(f"jvp {name}{label}", ask("jvp", function, x, lambda lib: numbers(lib, 3, start=1), **chosen))
    for label, chosen in {**options, **more, **forward}.items():
        case(f"jacobian mixed{label}", ask("jacobian", mixed, xy, **chosen))
        case(f"jacobian half used{label}", ask("jacobian", half_used, xy, **chosen))
        case(f"jacobian tuple of one{label}", ask("jacobian", curve, lambda lib: (x(lib),), **chosen))
    outer = {
        label: {"outer_jacobian_strategy" if key == "strategy" else key: v for key, v in chosen.items()}
        for label, chosen in forward.items()
        if "graph" not in label
    }
    for label, chosen in {**options, **more, **outer}.items():
        for name, function, inputs in [
            ("bowl", bowl, x),
            ("energy", energy, xy),
            ("half used", half_used, xy),
            ("curve", curve, x),
            ("one in a tuple", bowl, lambda lib: (x(lib),)),
            ("a sum", lambda x: x.sum(), x),
            ("constant", constant, x),
            ("one element", lambda x: (x**3).sum().reshape(1, 1), x),
            ("pair", several, x),
        ]:
            case(f"hessian {name}{label}", ask("hessian", function, inputs, **chosen))
    for label, chosen in options.items():
        case(f"vjp curve{label}", ask("vjp", curve, x, lambda lib: numbers(lib, 3, start=1), **chosen))
        case(f"vjp bowl{label}", ask("vjp", bowl, x, **chosen))
        case(f"vjp without v{label}", ask("vjp", curve, x, **chosen))
        case(f"vjp half used{label}", ask("vjp", half_used, xy, **chosen))
        case(f"vjp list{label}", ask("vjp", bowl, lambda lib: [x(lib)], **chosen))
        case(f"vjp several{label}", ask("vjp", several, x, lambda lib: tuple(map(lib.ones_like, several(x(lib)))), **chosen))
        case(f"jvp mixed{label}", ask("jvp", mixed, xy, lambda lib: xy(lib), **chosen))
        case(f"jvp wrong v{label}", ask("jvp", mixed, xy, lambda lib: xy(lib)[::-1], **chosen))
        case(f"jvp without v{label}", ask("jvp", lambda x: x**2, lambda lib: numbers(lib, 1), **chosen))
        for method in ("hvp", "vhp"):
            case(f"{method} bowl{label}", ask(method, bowl, x, lambda lib: numbers(lib, 3, start=1), **chosen))
            case(f"{method} energy{label}", ask(method, energy, xy, lambda lib: xy(lib), **chosen))
            case(f"{method} one{label}", ask(method, lambda x: x**3, lambda lib: numbers(lib, 1), **chosen))
            case(f"{method} without v{label}", ask(method, bowl, x, **chosen))
            case(f"{method} pair{label}", ask(method, several, x, x, **chosen))
            case(f"{method} tuple for one{label}", ask(method, bowl, x, lambda lib: (x(lib),), **chosen))

    def differentiated(method, function, *args):
        def run(lib):
            x = numbers(lib, 3, requires_grad=True)
            given = [a(lib) for a in args]
            found = getattr(lib.autograd.functional, method)(lambda y: function(y * x), x, *given, create_graph=True)
            found = found if isinstance(found, tuple) else (found,)
            return found, lib.autograd.grad(sum(part.sum() for part in found), x)

        return run

    v = lambda lib: numbers(lib, 3, start=1)
    for method, function, *args in [
        ("jacobian", curve),
        ("hessian", bowl),
        ("vjp", curve, v),
        ("jvp", curve, v),
        ("hvp", bowl, v),
        ("vhp", bowl, v),
    ]:
        case(f"{method} with a graph, of a function that uses its input besides", differentiated(method, function, *args))
    return cases


CASES = functional_cases()
