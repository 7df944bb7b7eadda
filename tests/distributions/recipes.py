"""Distributions asked the same questions in minidl and in PyTorch: D is the module distributions, t makes a tensor."""

import numpy as np

PAIRS = {  # two of a kind, for the divergence
    "Normal": (lambda D, t: D.Normal(t([0.5, -1.0]), t([1.0, 2.0])), lambda D, t: D.Normal(t([0.0, 1.0]), t([2.0, 1.0]))),
    "LogNormal": (lambda D, t: D.LogNormal(t([0.5, -1.0]), t([1.0, 0.5])), lambda D, t: D.LogNormal(t(0.0), t(1.0))),
    "Uniform": (lambda D, t: D.Uniform(t([0.0, 1.0]), t([2.0, 3.0])), lambda D, t: D.Uniform(t([-1.0, 2.0]), t([2.0, 3.0]))),
    "Exponential": (lambda D, t: D.Exponential(t([0.5, 3.0])), lambda D, t: D.Exponential(t([1.0, 2.0]))),
    "Laplace": (lambda D, t: D.Laplace(t([0.5, -1.0]), t([1.0, 2.0])), lambda D, t: D.Laplace(t([0.0, -1.0]), t(2.0))),
    "Gamma": (lambda D, t: D.Gamma(t([0.5, 3.0]), t([1.0, 2.0])), lambda D, t: D.Gamma(t([1.5, 2.0]), t([2.0, 2.0]))),
    "Chi2": (lambda D, t: D.Chi2(t([1.0, 4.0])), lambda D, t: D.Chi2(t([2.0, 3.0]))),
    "Beta": (lambda D, t: D.Beta(t([0.5, 3.0]), t([1.0, 2.0])), lambda D, t: D.Beta(t([2.0, 2.0]), t([1.0, 0.7]))),
    "Dirichlet": (
        lambda D, t: D.Dirichlet(t([[0.5, 3.0, 1.0], [1.0, 2.0, 0.3]])),
        lambda D, t: D.Dirichlet(t([[1.5, 3.0, 1.0], [1.0, 2.0, 2.3]])),
    ),
    "Bernoulli": (lambda D, t: D.Bernoulli(t([0.2, 0.9])), lambda D, t: D.Bernoulli(logits=t([0.2, -1.0]))),
    "Categorical": (
        lambda D, t: D.Categorical(t([[0.2, 0.9, 0.4], [1.0, 2.0, 3.0]])),
        lambda D, t: D.Categorical(logits=t([[0.2, 0.9, 0.4], [1.0, 2.0, 3.0]])),
    ),
    "OneHotCategorical": (
        lambda D, t: D.OneHotCategorical(t([0.2, 0.9, 0.4])),
        lambda D, t: D.OneHotCategorical(t([0.3, 0.3, 0.4])),
    ),
    "Multinomial": (lambda D, t: D.Multinomial(5, t([[0.2, 0.9, 0.4], [1.0, 2.0, 3.0]])), None),
    "Poisson": (
        lambda D, t: D.Poisson(t([0.2, 4.0, 9.9, 10.0, 30.0])),
        lambda D, t: D.Poisson(t([1.0, 1.0, 1.0, 2.0, 29.0])),
    ),
    "Binomial": (
        lambda D, t: D.Binomial(t([5.0, 40.0, 100.0]), t([0.3, 0.6, 0.5])),
        lambda D, t: D.Binomial(t([5.0, 40.0, 100.0]), logits=t([0.3, 0.6, 0.5])),
    ),
    "Geometric": (lambda D, t: D.Geometric(t([0.2, 0.9])), lambda D, t: D.Geometric(t([0.5, 0.5]))),
    "MultivariateNormal": (
        lambda D, t: D.MultivariateNormal(t([1.0, 2.0]), t([[2.0, 0.5], [0.5, 1.0]])),
        lambda D, t: D.MultivariateNormal(t([0.0, 2.0]), precision_matrix=t([[2.0, 0.5], [0.5, 1.0]])),
    ),
    "MultivariateNormal, several": (
        lambda D, t: D.MultivariateNormal(t([[1.0, 2.0], [3.0, 4.0]]), scale_tril=t([[2.0, 0.0], [0.5, 1.0]])),
        lambda D, t: D.MultivariateNormal(t([0.0, 2.0]), scale_tril=t([[1.0, 0.0], [0.5, 1.0]])),
    ),
    "Independent": (
        lambda D, t: D.Independent(D.Normal(t([[0.5, -1.0], [0.0, 1.0]]), t(1.0)), 1),
        lambda D, t: D.Independent(D.Normal(t([[0.5, -1.0], [0.0, 1.0]]), t(2.0)), 1),
    ),
}

NUMBERS = ("mean", "variance", "stddev", "mode", "batch_shape", "event_shape")


def plain(value):
    return value.tolist() if hasattr(value, "tolist") else list(value) if isinstance(value, tuple) else value


def answers(T, D, name, values):
    """What a distribution says, by question; None where it refuses. `values` are those judged, or None to draw them."""
    first, second = PAIRS[name]
    p = first(D, T.tensor)
    T.manual_seed(3)
    found = {"sample": plain(p.sample((4, 3))), "one": plain(p.sample())}
    values = plain(p.sample((5,))) if values is None else values
    found["values"] = values
    judged = T.tensor(values)
    questions = {name: lambda p, name=name: getattr(p, name) for name in NUMBERS}
    questions |= {
        "log_prob": lambda p: p.log_prob(judged),
        "cdf": lambda p: p.cdf(judged),
        "entropy": lambda p: p.entropy(),
        "divergence": lambda p: D.kl_divergence(p, second(D, T.tensor)),
        "draws": lambda p: p.rsample((6,)),
    }
    for question, ask in questions.items():
        found[question], found[f"gradient of {question}"] = answer(T, lambda t: first(D, t), ask)
    return found


def answer(T, make, ask):
    """One answer, and its gradient with respect to all that the distribution is made of."""
    leaves = []

    def leaf(numbers):
        leaves.append(T.tensor(numbers, requires_grad=True))
        return leaves[-1]

    T.manual_seed(5)
    try:
        value, gradient = ask(make(leaf)), None
        if getattr(value, "requires_grad", False):
            (value**2).sum().backward()
    except (NotImplementedError, AttributeError, TypeError):
        return None, None
    if getattr(value, "requires_grad", False):
        gradient = [plain(t.grad) if t.grad is not None else np.zeros(tuple(t.shape)).tolist() for t in leaves]
    return plain(value.detach() if hasattr(value, "detach") else value), gradient
