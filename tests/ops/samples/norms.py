"""Samples of the operations in `minidl.ops.norms`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.norm(a)", "3,4"),
    sample("a.norm(dim=1)", "3,4"),
    sample("a.norm(1, dim=0)", "3,4"),
    sample("a.norm(3, dim=1, keepdim=True)", "3,4"),
    sample("a.norm(float('inf'))", "3,4"),
    sample("T.norm(a)", "=[0.0, 0.0]", corner=True),
    sample("T.linalg.vector_norm(a, 2, dim=1)", "3,4"),
    sample("T.linalg.vector_norm(a, 1.5)", "3,4"),
    sample("T.linalg.vector_norm(a, 0)", "0:6"),
    sample("T.linalg.vector_norm(a, -float('inf'))", "4"),
    sample("T.linalg.norm(a)", "3,4"),
    sample("T.linalg.norm(a, 'fro')", "3,4"),
    sample("T.linalg.norm(a, 1)", "3,4"),
    sample("T.linalg.norm(a, -1)", "3,4"),
    sample("T.linalg.norm(a, float('inf'))", "3,4"),
    sample("T.linalg.norm(a, -float('inf'))", "3,4"),
    sample("T.linalg.norm(a, 'nuc')", "3,4"),
    sample("T.linalg.norm(a, 2)", "3,4"),
    sample("T.linalg.norm(a, -2)", "3,4"),
    sample("T.linalg.norm(a, 'fro', dim=(0, 2))", "2,3,4"),
    sample("T.linalg.norm(a, 1, dim=(0, 2), keepdim=True)", "2,3,4"),
    sample("T.linalg.norm(a, 3)", "4"),
    sample("T.norm(a, dim=0)", "=[[0.0, 0.0], [0.0, 4.0]]", corner=True),
    sample("T.autograd.grad(a.norm(), a, create_graph=True)[0] ** 2", "=[0.0, 4.0]", corner=True),
    sample(
        "T.autograd.grad(T.linalg.vector_norm(a, 3).sum(), a, create_graph=True)[0] ** 2", "=[0.0, 4.0, -1.0]", corner=True
    ),
    sample("T.linalg.vector_norm(a, 0.5)", ">5"),
    sample("T.linalg.vector_norm(a, 4.0, (0, 1))", "2,3"),
    sample("T.linalg.matrix_norm(a)", "2,3,4"),
    sample("T.linalg.matrix_norm(a, 'nuc', keepdim=True)", "2,3,4"),
    sample("T.linalg.matrix_norm(a, 2, (0, 1))", "3,4"),
    sample("T.linalg.cond(a)", "3,3"),
    sample("T.linalg.cond(a.detach(), 1)", "3,3"),
    sample("T.renorm(a.detach(), 2, 0, 1.0)", "3,4"),
    sample(
        "T.autograd.grad(T.linalg.vector_norm(a, 3.5, dim=1).sum(), a, create_graph=True)[0] ** 2",
        "=[[0.0, 0.0], [0.0, 4.0]]",
        corner=True,
    ),
    sample("T.linalg.norm(a, 0)", "0:6"),
]
