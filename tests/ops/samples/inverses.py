"""Samples of the operations in `minidl.ops.inverses`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.linalg.inv(a + 3 * T.eye(3, dtype=T.float64))", "3,3"),
    sample("T.linalg.inv(a + 3 * T.eye(3, dtype=T.float64))", "2,3,3"),
    sample("T.linalg.solve(a + 3 * T.eye(3, dtype=T.float64), b)", "3,3", "3,2"),
    sample("T.linalg.solve(a + 3 * T.eye(3, dtype=T.float64), b)", "2,3,3", "2,3"),
    sample("T.linalg.det(a)", "3,3"),
    sample("T.linalg.det(a)", "2,3,3"),
    sample("T.linalg.slogdet(a)[1]", "3,3"),
    sample("T.linalg.slogdet(a)[0]", "3,3"),
    sample("T.logdet(a @ a.mT + T.eye(3, dtype=T.float64))", "3,3"),
    sample("T.linalg.solve(a, b, left=False)", "=[[2.0, 1.0], [0.5, 3.0]]", "3,2"),
    sample("T.autograd.grad(T.linalg.det(a).sum(), a, create_graph=True)[0] ** 2", "2,3,3", corner=True),
    sample("T.linalg.solve_triangular(a, b, upper=True)", "=[[2.0, 1.0], [5.0, 3.0]]", "2,3"),
    sample(
        "T.linalg.solve_triangular(a, b, upper=False, left=False, unitriangular=True)", "=[[2.0, 1.0], [5.0, 3.0]]", "3,2"
    ),
    # one triangle is read, and the gradient is full, as in PyTorch: no finite difference is like it
    sample("T.cholesky_solve(a, b)", "2,3", "=[[2.0, 0.0], [0.5, 3.0]]", corner=True),
    sample("T.cholesky_inverse(a)", "=[[2.0, 0.0], [0.5, 3.0]]", corner=True),
    sample("T.matrix_power(a, 3)", "3,3"),
    sample("T.matrix_power(a, -1)", "3,3"),
    sample("T.matrix_power(a, 0)", "3,3"),
    sample("T.matrix_exp(a)", "2,3,3"),
    sample("T.matrix_exp(a * 4)", "3,3"),
]
