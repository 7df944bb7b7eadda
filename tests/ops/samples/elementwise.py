"""Samples of the operations in `minidl.ops.elementwise`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    *[
        sample(f"T.{name}(a)", "3,4")
        for name in "exp exp2 expm1 sin cos tan tanh sinh cosh atan square neg abs reciprocal sign floor ceil round trunc asinh".split()
    ],
    *[
        sample(f"T.{name}(a)", "s")
        for name in "exp exp2 expm1 sin cos tan tanh sinh cosh atan square neg reciprocal".split()
    ],
    sample("T.abs(a)", "=[0.0, -1.0]", corner=True),
    *[sample(f"T.{name}(a)", ">3,4") for name in "log log2 log10 log1p sqrt rsqrt".split()],
    sample("T.asin(a)", "~3,4"),
    sample("T.acosh(a + 1)", ">3,4"),
    sample("T.atanh(a)", "~3,4"),
    sample("T.frac(a)", "4"),
    sample("T.acos(a)", "~3,4"),
    *[sample(f"T.{name}(a, b)", "3,4", "4") for name in "atan2 maximum minimum eq ne lt le gt ge".split()],
    sample("T.logaddexp(a, b)", "3,1", "4"),
    sample("a + b", "3,4", "4"),
    sample("a - b", "4,1", "3"),
    sample("a * b", "2,1,3", "4,1"),
    sample("a / b", "3,4", ">4"),
    sample("a + b", "2,3", "s"),
    sample("a * b", "0", "3,0"),
    sample("T.add(a, b, alpha=2)", "3", "3"),
    sample("T.sub(a, b, alpha=0.5)", "3", "3"),
    sample("2 - a", "3"),
    sample("2 / a", ">3"),
    sample("T.div(a, b, rounding_mode='floor')", "4", ">4"),
    sample("T.div(a, b, rounding_mode='trunc')", "4", ">4"),
    sample("a.detach() // b.detach()", "4", ">4"),
    sample("a % b", "4", ">4"),
    sample("a ** 2", "3,4"),
    sample("a ** 3", "3"),
    sample("a ** 0.5", ">3"),
    sample("a ** -1", ">3"),
    sample("a ** 0", "=[0.0, 1.0, -2.0]"),
    sample("2.0 ** a", "3"),
    sample("a ** b", ">3,4", "4"),
    sample("a ** b", "=[0.0, 0.0, 2.0, -2.0]", "=[0.0, 2.0, 0.0, 3.0]", corner=True),
    sample("T.pow(a, 2)", "=[0.0, -1.5]"),
    sample("T.clamp(a, -0.5, 0.5)", "3,4"),
    sample("T.clamp(a, min=0.1)", "3,4"),
    sample("T.clamp(a, max=b)", "3,4", "4"),
    sample("T.clamp(a, b, c)", "3,4", "4", "4"),
    sample("T.clamp(a, -1, 1)", "=[-1.0, 1.0, 0.0]", corner=True),
    sample("T.clamp_min(a, 0.2)", "5"),
    sample("T.clamp_max(a, 0.2)", "5"),
    sample("T.maximum(a, b)", "=[1.0, 2.0, 3.0]", "=[1.0, 5.0, 0.0]", corner=True),
    sample("T.minimum(a, b)", "=[1.0, 2.0, 3.0]", "=[1.0, 5.0, 0.0]", corner=True),
    sample("T.where(a > 0, b, c)", "3,4", "4", "3,1"),
    sample("T.where(a > 0, b, 0.0)", "3,4", "3,4"),
    sample("T.lerp(a, b, 0.3)", "3", "3"),
    sample("T.lerp(a, b, c)", "3", "3", "3"),
    sample("a.masked_fill(b, 2.0)", "3,4", "?3,4"),
    sample("a.to(T.float32).to(T.float64) * 0 + a", "3"),
    sample("+a", "3"),
    *[
        sample(f"T.{name}(a, b)", "?3,4", "?4")
        for name in "logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor".split()
    ],
    sample("T.logical_not(a)", "?4"),
    sample("~a", "?4"),
    sample("T.isnan(a)", "=[1.0, float('nan'), float('inf'), -float('inf')]"),
    sample("T.isinf(a)", "=[1.0, float('nan'), float('inf'), -float('inf')]"),
    sample("T.isfinite(a)", "=[1.0, float('nan'), float('inf'), -float('inf')]"),
    sample("T.isclose(a, a + 1e-9)", "3"),
    sample("T.autograd.grad((2 ** a).sum(), a, create_graph=True)[0] ** 2", "3", corner=True),
]
