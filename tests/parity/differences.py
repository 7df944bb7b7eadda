"""Where minidl differs from PyTorch on purpose, each with its reason: the tests assert it."""

FOR_ACCELERATORS = "chooses the dtype of the result on a GPU, where products of half precision are added in single"

ARGUMENTS = {  # function -> argument that is not understood -> why
    "torch.addmm": {"out_dtype": FOR_ACCELERATORS},
    "torch.baddbmm": {"out_dtype": FOR_ACCELERATORS},
    "torch.bmm": {"out_dtype": FOR_ACCELERATORS},
    "torch.mm": {"out_dtype": FOR_ACCELERATORS},
}

VALUES = {  # operation of PyTorch's sample database -> what differs (examples: test_differences.py)
    "linalg.det": "of a singular matrix the slope is the matrix of cofactors; PyTorch gives 0 for some",
    "linalg.svd": "the signs of singular vectors are free, and two libraries of linear algebra choose differently",
    "svd": "as linalg.svd",
    "linalg.eigh": "with UPLO='U' the signs of eigenvectors are free, as above; the samples are not symmetric",
    "linalg.eigvalsh": "second derivatives with UPLO='U' of matrices that are not symmetric",
    "linalg.pinv.hermitian": "as above: the gradient by elements that the samples have and the definition does not",
    "linalg.eig": "complex eigenvalues are refused by name: tensors are real",
    "linalg.eigvals": "as linalg.eig",
    "linalg.norm.subgradients_at_zero": "the second derivative of the norm at 0 is 0 here and NaN there",
    "cov": "weights in another dtype than the values are used as they are; the second derivative differs in the sixth digit",
    "empty_like": "memory that PyTorch leaves as it is is 0 here, so that a run repeats",
    "new_empty": "as empty_like",
}

RANDOM = "bernoulli multinomial normal normal.number_mean rand_like randint randint_like randn_like"  # compared by seed
NOT_CALLED_SO = {  # the samples call these by a wrapper that the comparison does not know
    "bool double float half int long short": "methods of Tensor; the names of the module are dtypes",
    "H mH T mT": "attributes",
    "zero_ normal.in_place": "changes of a copy",
    "linalg.pinv.singular linalg.lstsq.grad_oriented": "of a product of two matrices; of one of the results",
    "fft": "all functions of that room: tests/ops/samples/fourier.py compares them",
    "sgn": "PyTorch's own gradient cannot be read there",
}
