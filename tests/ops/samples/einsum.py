"""Samples of the operations in `minidl.ops.einsum`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.einsum('ij,jk->ik', a, b)", "2,3", "3,2"),
    sample("T.einsum('ii', a)", "3,3"),
    sample("T.einsum('ii->i', a)", "3,3"),
    sample("T.einsum('ij->j', a)", "2,3"),
    sample("T.einsum('bij,bjk->bik', a, b)", "2,2,3", "2,3,2"),
    sample("T.einsum('i,j->ij', a, b)", "2", "3"),
    sample("T.einsum('...ij,...jk', a, b)", "2,2,3", "3,2"),
    sample("T.einsum('ij,jk,kl->il', a, b, c)", "2,3", "3,2", "2,2"),
    sample("T.einsum('ij,ij->', a, b)", "2,3", "2,3"),
    sample("T.einsum('ijk,k->ji', a, b)", "2,3,2", "2"),
    sample("T.tensordot(a, b, dims=1)", "2,3", "3,2"),
    sample("T.tensordot(a, b, dims=([0, 1], [1, 0]))", "2,3,2", "3,2"),
    sample("T.tensordot(a, b, dims=([0, 1], [1, 0]))", "1,3,2", "3,4"),
]
