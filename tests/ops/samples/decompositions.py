"""Samples of the operations in `minidl.ops.decompositions`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.linalg.cholesky(a @ a.mT + T.eye(3, dtype=T.float64))", "3,3"),
    sample("T.linalg.cholesky(a @ a.mT + T.eye(3, dtype=T.float64), upper=True)", "2,3,3"),
    sample("T.linalg.qr(a).Q", "4,3"),
    sample("T.linalg.qr(a).R", "2,4,3"),
    sample("T.linalg.qr(a)[0]", "3,5"),
    sample("T.linalg.qr(a)[1]", "3,5"),
    sample("T.linalg.eigh(a + a.mT)[0]", "2,3,3"),
    sample("T.linalg.eigh(a + a.mT)[1] ** 2", "3,3"),
    sample("T.linalg.eigvalsh(a + a.mT)", "3,3"),
    sample(
        "T.linalg.eigvals(a @ T.diag(T.tensor([1., 2., 3.], dtype=T.float64)) @ T.linalg.inv(a)).real.sort().values", "3,3"
    ),
    sample(
        "(T.linalg.eig(a @ T.diag(T.tensor([1., 2., 3.], dtype=T.float64)) @ T.linalg.inv(a))[1].real ** 2).sum(0).sum() + 0 * a.sum()",
        "3,3",
        corner=True,
    ),
    sample("T.linalg.svd(a, full_matrices=False)[0] ** 2", "4,3"),
    sample("T.linalg.svd(a, full_matrices=False).S", "2,3,4"),
    sample("T.linalg.svd(a, full_matrices=False).Vh ** 2", "3,5"),
    sample("T.linalg.svd(a)[1]", "3,3"),
    sample("T.svd(a)[2] ** 2", "4,3"),
    sample("T.linalg.svdvals(a)", "3,4"),
    sample("T.linalg.matrix_rank(a)", "=[[1.0, 2.0], [2.0, 4.0]]"),
    sample("T.linalg.pinv(a)", "2,3,4"),
    sample("T.linalg.pinv(a)", "4,3"),
    sample("T.linalg.lstsq(a, b).solution", "5,3", "5,2"),
    sample("T.linalg.pinv(a, atol=T.tensor([0.5, 0.0], dtype=T.float64))", "2,3,4", corner=True),
    sample("T.linalg.pinv(a @ a.mT, hermitian=True)", "3,3"),
    sample("T.linalg.matrix_rank(a, atol=T.tensor([0.5, 0.0]))", "2,3,4"),
    sample("T.linalg.matrix_rank(a @ a.mT, hermitian=True)", "4,3"),
    sample("T.linalg.lstsq(a, b, driver='gelsd').singular_values", "5,3", "5,2"),
]
