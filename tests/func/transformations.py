"""What torch.func is asked for in many ways, of a library with PyTorch's names: see tests/autograd/derivatives.py."""

from collections import OrderedDict, namedtuple

from tests.autograd.derivatives import numbers

Point = namedtuple("Point", "x y")


def f(x):
    return (x**3).sum() * x[0] + (x[0] * x[-1]).exp()


def g(x, y):
    return (x * y.sin()).tanh() + x.sum()


def forms(lib, x):
    """A result in many containers."""
    return {"square": x**2, "more": [x.sum(), (x[0] * x, x.exp())]}


def loss_of(lib, parameters, x):
    return ((x @ parameters["w"] + parameters["b"]).tanh() ** 2).sum()


def network(lib):
    net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 2)).double()
    for i, p in enumerate(net.parameters()):
        with lib.no_grad():
            p.copy_(numbers(lib, *p.shape, start=0.1 * i))
    return net


def state(net):
    return {name: p.detach() for name, p in net.named_parameters()}


CASES = {}


def case(function):
    """Enter a case by its name."""
    CASES[function.__name__] = function
    return function


def both_ways(name, ask):
    """A case for jacrev, and one for jacfwd."""
    for way in ("jacrev", "jacfwd"):
        CASES[f"{way}_{name}"] = lambda lib, way=way: ask(lib, getattr(lib.func, way))


def x3(lib, **options):
    return numbers(lib, 3, **options)


# grad


@case
def grad_nested_four_times(lib):
    h = lambda x: x.sin() * x
    found = []
    for _ in range(5):
        found.append(h(lib.tensor(0.7, dtype=lib.float64)))
        h = lib.func.grad(h)
    return found


@case
def grad_by_arguments(lib):
    total = lambda x, y: g(x, y).sum()
    x, y = x3(lib), x3(lib, start=-0.6)
    return [lib.func.grad(total, argnums)(x, y) for argnums in (0, 1, -1, (0,), (1, 0), (0, 1))]


for argnums in (2, -3, (0, 0), (), [0], "0"):
    CASES[f"grad_refuses_argnums_{argnums}"] = lambda lib, argnums=argnums: lib.func.grad(g, argnums)(x3(lib), x3(lib))


@case
def grad_of_trees(lib):
    tree = {"a": x3(lib), "b": [x3(lib, start=1), (x3(lib, start=2),)], "c": Point(x3(lib), x3(lib))}
    ordered = OrderedDict(z=x3(lib), a=x3(lib, start=0.1))
    return (
        lib.func.grad(lambda t: (t["a"] * t["b"][0] * t["b"][1][0]).sum() + t["c"].x.exp().sum())(tree),
        lib.func.grad(lambda t: (t["z"] * t["a"].sin()).sum())(ordered),
    )


@case
def grad_with_aux_and_keywords(lib):
    h = lambda x, scale=1.0: ((x * scale).sin().sum(), {"double": 2 * x, "x": [x]})
    both = lib.func.grad_and_value(h, has_aux=True)
    return lib.func.grad(h, has_aux=True)(x3(lib), scale=3.0), both(x3(lib)), lib.func.grad_and_value(f)(x3(lib))


@case
def grad_of_what_does_not_depend(lib):
    return (
        lib.func.grad(lambda x: x.detach().sum())(x3(lib)),
        lib.func.grad(lambda x: lib.ones((), dtype=lib.float64))(x3(lib)),
        lib.func.grad(lambda x, y: x.sum(), (0, 1))(x3(lib), x3(lib)),
        lib.func.grad(lambda x: x.long().sum())(x3(lib)),
    )


@case
def grad_keeps_what_is_closed_over_apart(lib):
    outer = lambda x: lib.func.grad(lambda y: (x * y).sum() * x[0])(x).sum()
    return outer(x3(lib)), lib.func.grad(outer)(x3(lib))


@case
def perturbations_are_not_confused(lib):
    one = lib.tensor(1.0, dtype=lib.float64)
    d = lib.func.grad
    return d(lambda x: x * d(lambda y: x + y)(one))(one), d(lambda x: x * d(lambda y: x * y)(x))(3 * one)


@case
def grad_inside_a_graph(lib):
    w = x3(lib, requires_grad=True)
    slope = lib.func.grad(lambda x: (w * x**2).sum())(x3(lib))
    flat = lib.func.grad(lambda x: (x**2).sum() + w.sum())(x3(lib))
    by_itself = lib.func.grad(lambda x: (x**3).sum())(w)
    return slope, flat, by_itself, lib.autograd.grad((slope * by_itself).sum(), w)


@case
def grad_without_a_graph_around(lib):
    w = x3(lib, requires_grad=True)
    with lib.no_grad():
        return lib.func.grad_and_value(lambda x: (w * x**2).sum())(w)


@case
def grad_of_what_uses_no_grad(lib):
    def h(x):
        with lib.no_grad():
            c = x**2
        return (x - c).sum()

    return lib.func.grad(h)(x3(lib))


for name, ask in {
    "a_number": lambda lib: lib.func.grad(f)(3.0),
    "whole_numbers": lambda lib: lib.func.grad(f)(lib.tensor([1, 2])),
    "several_results": lambda lib: lib.func.grad(lambda x: x)(x3(lib)),
    "one_element": lambda lib: lib.func.grad(lambda x: x.sum().reshape(1))(x3(lib)),
    "a_tuple": lambda lib: lib.func.grad(lambda x: (x.sum(),))(x3(lib)),
    "no_tensor": lambda lib: lib.func.grad(lambda x: 3.0)(x3(lib)),
    "no_aux": lambda lib: lib.func.grad(lambda x: x.sum(), has_aux=True)(x3(lib)),
    "no_argument": lambda lib: lib.func.grad(lambda: 0)(),
    "a_number_in_a_tree": lambda lib: lib.func.grad(lambda t: t["a"].sum())({"a": x3(lib), "b": 3}),
}.items():
    CASES[f"grad_refuses_{name}"] = ask


# vjp, jvp, linearize


@case
def vjp_of_forms(lib):
    y, back = lib.func.vjp(lambda x: forms(lib, x), x3(lib))
    return y, back(y), back(y)


@case
def vjp_of_several(lib):
    y, back, aux = lib.func.vjp(lambda x, t: (g(x, t["y"]), [x, 2 * x]), x3(lib), {"y": x3(lib, start=1)}, has_aux=True)
    return y, back(lib.ones_like(y)), aux


@case
def vjp_differentiated(lib):
    def h(x):
        y, back = lib.func.vjp(lambda x: x**3, x)
        return (back(x.sin())[0] * y).sum()

    return lib.func.grad(h)(x3(lib)), lib.func.hessian(h)(x3(lib))


@case
def jvp_of_forms(lib):
    return (
        lib.func.jvp(lambda x: forms(lib, x), (x3(lib),), (x3(lib, start=1),)),
        lib.func.jvp(lambda t, y: g(t["x"], y), ({"x": x3(lib)}, x3(lib)), ({"x": x3(lib, start=2)}, x3(lib, start=1))),
        lib.func.jvp(lambda x: (x**2, x), (x3(lib),), (x3(lib),), has_aux=True),
        lib.func.jvp(lambda x: lib.ones(2), (x3(lib),), (x3(lib),)),
        lib.func.jvp(lambda x: [x.argmax(), x], (x3(lib),), (x3(lib),)),
    )


@case
def jvp_differentiated(lib):
    slope = lambda x, v: lib.func.jvp(lambda x: x.sin() * x[0], (x,), (v,))[1].sum()
    twice = lambda x, v: lib.func.jvp(lambda x: lib.func.jvp(lambda x: (x**4).sum(), (x,), (v,))[1], (x,), (v,))
    return lib.func.grad(slope, (0, 1))(x3(lib), x3(lib, start=1)), twice(x3(lib), x3(lib, start=1))


@case
def linearize(lib):
    y, line = lib.func.linearize(lambda x, t: {"a": x * t[0], "b": t[1].exp()}, x3(lib), [x3(lib), x3(lib, start=1)])
    return y, line(x3(lib), [x3(lib), x3(lib)]), line(2 * x3(lib), [x3(lib), x3(lib, start=2)])


for name, ask in {
    "a_list": lambda lib: lib.func.jvp(f, [x3(lib)], [x3(lib)]),
    "nothing": lambda lib: lib.func.jvp(lambda: x3(lib), (), ()),
    "another_form": lambda lib: lib.func.jvp(f, (x3(lib),), (x3(lib), x3(lib))),
    "another_shape": lambda lib: lib.func.jvp(f, (x3(lib),), (numbers(lib, 2),)),
    "independence": lambda lib: lib.func.jvp(lambda x: lib.ones(2), (x3(lib),), (x3(lib),), strict=True),
    "a_float": lambda lib: lib.func.jvp(lambda x: 3.0, (x3(lib),), (x3(lib),)),
}.items():
    CASES[f"jvp_refuses_{name}"] = ask
for name, ask in {
    "whole_numbers": lambda lib: lib.func.vjp(lambda x: x.long(), x3(lib)),
    "a_float": lambda lib: lib.func.vjp(lambda x: 3.0, x3(lib)),
    "another_form": lambda lib: lib.func.vjp(lambda x: (x, x), x3(lib))[1](x3(lib)),
    "another_shape": lambda lib: lib.func.vjp(lambda x: x * 2, x3(lib))[1](numbers(lib, 2)),
}.items():
    CASES[f"vjp_refuses_{name}"] = ask


# jacrev, jacfwd, hessian

both_ways("of_forms", lambda lib, jac: jac(lambda x: forms(lib, x))(x3(lib)))
both_ways("by_arguments", lambda lib, jac: [jac(g, n)(x3(lib), x3(lib, start=1)) for n in (0, 1, (0,), (0, 1))])
# Only jacrev: by the argument -1, PyTorch gives zeros in jacfwd.
CASES["jacrev_by_the_last_argument"] = lambda lib: lib.func.jacrev(g, -1)(x3(lib), x3(lib, start=1))
both_ways("by_a_tree", lambda lib, jac: jac(lambda t: {"y": g(t["a"], t["b"][0])})({"a": x3(lib), "b": [x3(lib)]}))
both_ways("by_a_tree_among_others", lambda lib, jac: jac(lambda t, y: (t["a"] * y, y), (0, 1))({"a": x3(lib)}, x3(lib)))
both_ways("with_aux", lambda lib, jac: jac(lambda x: (x**2, {"x": x}), has_aux=True)(x3(lib)))
both_ways("of_a_matrix", lambda lib, jac: jac(lambda a: (a @ a.T).sin())(numbers(lib, 2, 3)))
both_ways("of_what_does_not_depend", lambda lib, jac: jac(lambda x, y: [x.detach(), y], (0, 1))(x3(lib), x3(lib)))
both_ways("of_itself", lambda lib, jac: jac(jac(lambda x: x**3 * x.sum()))(x3(lib)))
both_ways("three_times", lambda lib, jac: jac(jac(jac(lambda x: (x**4).sum() * x[0])))(numbers(lib, 2)))
both_ways("inside_grad", lambda lib, jac: lib.func.grad(lambda x: (jac(lambda x: x.sin() * x[0])(x) ** 2).sum())(x3(lib)))
both_ways("of_whole_numbers", lambda lib, jac: jac(lambda x: x * 2)(lib.tensor([1, 2])))
both_ways("of_a_float", lambda lib, jac: jac(lambda x: 3.0)(x3(lib)))
both_ways("of_nothing", lambda lib, jac: jac(lambda x: ())(x3(lib)))
both_ways("by_a_list", lambda lib, jac: jac(lambda x: x, argnums=[0])(x3(lib)))


@case
def hessians(lib):
    return (
        lib.func.hessian(f)(x3(lib)),
        lib.func.hessian(lambda x, y: (g(x, y) ** 2).sum(), (0, 1))(x3(lib), x3(lib, start=1)),
        lib.func.hessian(lambda t: (t["a"] ** 2).sum() * t["b"].sum())({"a": x3(lib), "b": x3(lib)}),
        lib.func.hessian(lambda x: x**3)(x3(lib)),
    )


@case
def hessian_of_a_model(lib):
    parameters = {"w": numbers(lib, 3, 2), "b": numbers(lib, 2)}
    x = numbers(lib, 4, 3)
    return lib.func.hessian(lambda p: loss_of(lib, p, x))(parameters)


@case
def hessian_vector_products(lib):
    v = x3(lib, start=1)
    return lib.func.jvp(lib.func.grad(f), (x3(lib),), (v,)), lib.func.vjp(lib.func.grad(f), x3(lib))[1](v)


@case
def jacrev_in_chunks(lib):
    return [lib.func.jacrev(lambda x: x**2, chunk_size=n)(x3(lib)) for n in (1, 2, None)]


@case
def jacrev_refuses_no_chunks(lib):
    return lib.func.jacrev(f, chunk_size=0)


# vmap


def batch(lib):
    return numbers(lib, 2, 3)


for name, ask in {
    "dims": lambda lib: [
        lib.vmap(lambda a, b: (a * b).sum(), in_dims=(0, None))(batch(lib), x3(lib)),
        lib.vmap(lambda a, b: (a * b).sum(), in_dims=(1, 0))(batch(lib), x3(lib)),
        lib.vmap(lambda a: a.sum(), in_dims=-1)(batch(lib)),
    ],
    "out_dims": lambda lib: [
        lib.vmap(lambda a: a, out_dims=dims)(numbers(lib, 2, 3, 4)) for dims in (0, 1, 2, -1, -2, (1,))
    ],
    "forms": lambda lib: [
        lib.vmap(lambda a: {"a": a, "b": [a.sum()]})(batch(lib)),
        lib.vmap(lambda a: {"a": a, "b": [a.sum()]}, out_dims={"a": 1, "b": [0]})(batch(lib)),
        lib.vmap(lambda a: (a, (a, a)), out_dims=(0, 1))(batch(lib)),
        lib.vmap(lambda t: t["a"] * t["b"], in_dims=({"a": 0, "b": None},))({"a": batch(lib), "b": 2.0}),
        lib.vmap(lambda t: t[0] * t[1], in_dims=([0, 1],))([numbers(lib, 3), batch(lib)]),
    ],
    "whole": lambda lib: lib.vmap(lambda a, b: (a, b), in_dims=(0, None), out_dims=(0, None))(batch(lib), x3(lib)),
    "repeated": lambda lib: lib.vmap(lambda a, b: (a, b), in_dims=(0, None))(batch(lib), x3(lib)),
    "keywords": lambda lib: lib.vmap(lambda a, k=None: a * k)(batch(lib), k=x3(lib)),
    "nested": lambda lib: lib.vmap(lib.vmap(lambda a, b: a * b, in_dims=(None, 0)), in_dims=(0, None))(x3(lib), x3(lib)),
    "chunks": lambda lib: lib.vmap(lambda a: a.sum(), chunk_size=1)(batch(lib)),
    "nothing": lambda lib: lib.vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(numbers(lib, 2, 3)[:0]),
    "no_result": lambda lib: lib.vmap(lambda a: ())(batch(lib)),
    "gradients": lambda lib: [
        lib.vmap(lib.func.grad(f))(batch(lib)),
        lib.vmap(lib.func.jacrev(lambda x: x**2))(batch(lib)),
        lib.vmap(lib.func.hessian(f))(batch(lib)),
        lib.func.jacrev(lib.vmap(lambda x: x.sin() * x[0]))(batch(lib)),
        lib.func.grad(lambda x: lib.vmap(lambda r: (r**2).sum() * r[0])(x).sum())(batch(lib)),
        lib.vmap(lambda v: lib.func.vjp(lambda x: x**3, x3(lib))[1](v)[0])(batch(lib)),
        lib.vmap(lambda v: lib.func.jvp(lambda x: x**3, (x3(lib),), (v,)))(batch(lib)),
    ],
    "in_place": lambda lib: (lambda z: (lib.vmap(lambda a: a.mul_(2).sum())(z), z))(batch(lib)),
    "a_graph": lambda lib: (lambda w: (lambda y: (y, lib.autograd.grad(y.sum(), w)))(lib.vmap(lambda a: (a**3).sum())(w)))(
        batch(lib).requires_grad_()
    ),
    "other_dtypes": lambda lib: lib.vmap(lambda a: (a > 0, a.argmax(), a.float()))(batch(lib)),
}.items():
    CASES[f"vmap_{name}"] = ask
for name, (in_dims, out_dims, args) in {
    "no argument": (0, 0, lambda lib: ()),
    "None": (None, 0, lambda lib: (batch(lib),)),
    "one size": (0, 0, lambda lib: (batch(lib), x3(lib))),
    "no dims": ((None,), 0, lambda lib: (batch(lib),)),
    "a number": (0, 0, lambda lib: (batch(lib), 3)),
    "a dim too far": (2, 0, lambda lib: (batch(lib),)),
    "a dim too far back": (-3, 0, lambda lib: (batch(lib),)),
    "too many dims": ((0, 0), 0, lambda lib: (batch(lib),)),
    "a list": ([0], 0, lambda lib: (batch(lib),)),
    "a word": ("0", 0, lambda lib: (batch(lib),)),
    "half a number": (1.0, 0, lambda lib: (batch(lib),)),
    "no dimension": (0, 0, lambda lib: (lib.tensor(1.0),)),
    "None for a batch": (0, None, lambda lib: (batch(lib),)),
    "a word for out": (0, "x", lambda lib: (batch(lib),)),
    "a pair for out": (0, (0, 1), lambda lib: (batch(lib),)),
}.items():
    CASES[f"vmap_refuses_{name}"] = lambda lib, in_dims=in_dims, out_dims=out_dims, args=args: lib.vmap(
        lambda a, *more: a, in_dims, out_dims
    )(*args(lib))
CASES["vmap_refuses_floats"] = lambda lib: lib.vmap(lambda a: 3.0)(batch(lib))
CASES["vmap_refuses_random_numbers"] = lambda lib: lib.vmap(lambda a: a + lib.rand(3))(batch(lib))
CASES["vmap_refuses_another_randomness"] = lambda lib: lib.vmap(lambda a: a, randomness="maybe")(batch(lib))
CASES["vmap_refuses_chunks_of_nothing"] = lambda lib: lib.vmap(lambda a: a, chunk_size=0)(batch(lib))


@case
def vmap_with_the_same_random_numbers(lib):
    lib.manual_seed(3)
    return lib.vmap(lambda a: lib.rand(2) + lib.randn(2), randomness="same")(batch(lib)), lib.rand(2)


# Modules


@case
def functional_calls(lib):
    net, x = network(lib), numbers(lib, 5, 3)
    other = {name: value * 2 for name, value in state(net).items()}
    some = {"0.weight": other["0.weight"]}
    call = lib.func.functional_call
    return (
        call(net, other, x),
        call(net, some, (x,)),
        call(net, (other, {}), (x,)),
        call(net, [some], kwargs={"input": x}),
        call(net, other, x, strict=True),
        call(net, {"unknown": x}, x),
        net(x),
    )


@case
def gradients_by_the_parameters_of_a_module(lib):
    net, x = network(lib), numbers(lib, 5, 3)
    loss = lambda p, x: (lib.func.functional_call(net, p, (x,)) ** 2).sum()
    return (
        lib.func.grad(loss)(state(net), x),
        lib.vmap(lib.func.grad(loss), in_dims=(None, 0))(state(net), x),
        lib.func.jacrev(lambda p: lib.func.functional_call(net, p, x[:2]))(state(net)),
        lib.func.jvp(lambda p: loss(p, x), (state(net),), (state(net),)),
    )


@case
def an_ensemble(lib):
    nets = [network(lib), network(lib).requires_grad_()]
    parameters, buffers = lib.func.stack_module_state(nets)
    call = lambda p, b, x: lib.func.functional_call(nets[0], (p, b), (x,))
    return parameters, buffers, lib.vmap(call, in_dims=(0, 0, None))(parameters, buffers, numbers(lib, 5, 3))


for name, ask in {
    "missing_names": lambda lib, net: lib.func.functional_call(net, {}, x3(lib), strict=True),
    "unknown_names": lambda lib, net: lib.func.functional_call(net, {**state(net), "no": x3(lib)}, x3(lib), strict=True),
    "a_name_twice": lambda lib, net: lib.func.functional_call(net, (state(net), state(net)), x3(lib)),
    "no_dict": lambda lib, net: lib.func.functional_call(net, 3, x3(lib)),
    "a_list_of_no_dicts": lambda lib, net: lib.func.functional_call(net, [3], x3(lib)),
    "no_tensor": lambda lib, net: lib.func.functional_call(net, {"0.weight": 3}, x3(lib)),
    "no_models": lambda lib, net: lib.func.stack_module_state([]),
    "modes": lambda lib, net: lib.func.stack_module_state([net, network(lib).eval()]),
    "frozen_and_not": lambda lib, net: lib.func.stack_module_state([net, network(lib).requires_grad_(False)]),
    "classes": lambda lib, net: lib.func.stack_module_state([net, lib.nn.ReLU()]),
    "shapes": lambda lib, net: lib.func.stack_module_state([net[0], net[2]]),
}.items():
    CASES[f"modules_refuse_{name}"] = lambda lib, ask=ask: ask(lib, network(lib))
