"""Where minidl differs from PyTorch on purpose, each with its reason: the tests assert it."""

IN_SHORT = {  # what -> how it differs: the table in the README
    "devices": 'there is only the CPU; a device is also a text, so that `x.device == "cpu"` holds',
    "dtypes": "tensors are real; complex numbers are pairs of them, `md.complex(re, im)`, as Fourier transforms "
    "give; no bfloat16; a fraction that is written into whole numbers, `x[1:3] = 2.5`, is refused, and "
    "not cut off; so is a number that the dtype of a tensor does not hold, "
    "`x.byte() - (-1)`, `x.byte() == 300`, and not wrapped",
    "sharing": "`numpy()` gives a read-only view, and `from_numpy` and `frombuffer` copy, so that no array can "
    "change a gradient behind its back",
    "layout": "`view` copies where PyTorch would refuse; what convolution and pooling compute has the usual shape "
    "(N, C, H, W), but its channels lie together in memory, so that `is_contiguous()` says False there",
    "repeatable": "`empty` is filled with 0",
    "in place": "where PyTorch gives up because a saved result was overwritten, minidl may have kept a copy, and goes on",
    "losses": "refuse shapes that broadcasting would compare as a table; `ctc_loss` gives the true gradient of its "
    "input, which PyTorch's is only behind a softmax",
    "layers": "refuse a wrong channel count where PyTorch warns; a `TransformerEncoder` in evaluation leaves padded"
    " places as computed",
    "derivatives": "of a singular matrix `det` keeps its true gradient; there is no forward mode: `jvp` takes two "
    "backward passes; `vmap` runs example after example; a `Function` cannot change its arguments in "
    "place",
}

FOR_ACCELERATORS = "chooses the dtype of the result on a GPU, where products of half precision are added in single"
BY_KIND = "stands in the place of another argument, and is known by its kind"  # test_arguments_that_are_known_by_their_kind
CORRECTION = "None leaves it to `correction`, which is 1: the same as True"
OLD = "PyTorch itself says that it should not be used any more"

ARGUMENTS = {  # function -> argument that is not understood, has another place or another default -> why
    **{
        name: {"out_dtype": FOR_ACCELERATORS}
        for name in "addmm baddbmm bmm mm Tensor.addmm Tensor.baddbmm Tensor.bmm Tensor.mm".split()
    },
    **{name: {"unbiased": f"{CORRECTION}; {BY_KIND}"} for name in "std var std_mean var_mean Tensor.std Tensor.var".split()},
    **{
        f"{room}conv{n}d": {"padding": "where PyTorch takes a word its default is 'valid', which is the same as 0"}
        for room in ("", "nn.functional.")
        for n in (1, 2, 3)
    },
    "arange": {"end": BY_KIND},
    "randint": {"high": BY_KIND, "size": BY_KIND},
    "randint_like": {"high": BY_KIND},
    "repeat_interleave": {"repeats": BY_KIND},
    "Tensor.random_": {"to": BY_KIND},
    "Tensor.to": dict.fromkeys(("device", "dtype", "other", "non_blocking", "copy"), BY_KIND),
    "Tensor.view": {"dtype": BY_KIND},
    "Tensor.expand": {"implicit": "a mark that the compiler of PyTorch sets"},
    "load": {"weights_only": "is True, as None is in PyTorch: running code from a file is refused"},
    "lstsq": {"A": "PyTorch's only raises, and points to linalg.lstsq, which this is"},
    "meshgrid": {"indexing": "'ij', as None is in PyTorch, which warns"},
    "nn.Hardtanh": dict.fromkeys(("min_value", "max_value"), OLD),
    "nn.PoissonNLLLoss.forward": {
        "log_input": "the prediction, which is called `input`, because it need not be a logarithm"
    },
    "nn.RNNCellBase": dict.fromkeys(("num_chunks", "device", "dtype"), "each cell knows the number of its gates"),
    "nn.Sequential": {"arg": "a single OrderedDict, which has no name"},
    "norm": {"dtype": "goes by name, because its place comes after that of out=, which is refused"},
    "save": {"pickle_module": "None: no module is chosen, because only tensors and containers are written"},
}

VALUES = {  # operation of PyTorch's sample database -> what differs (examples: test_differences.py)
    "linalg.det": "of a singular matrix the slope is the matrix of cofactors; PyTorch gives 0 for some",
    "linalg.cond": "of a matrix with NaN it is NaN, and not infinity, for norms of the inverse",
    "linalg.svdvals": "of a matrix that is not finite: refused, as all that rests on them; PyTorch gives a number",
    "linalg.solve_triangular": "of a singular matrix nothing is solved: refused; PyTorch gives infinity or NaN",
    "linalg.slogdet": "of a singular matrix the slope is refused, as that of linalg.qr; PyTorch gives infinity or NaN",
    "linalg.svd": "the signs of singular vectors are free, and two libraries of linear algebra choose differently",
    "svd": "as linalg.svd",
    "linalg.eigh": "with UPLO='U' the signs of eigenvectors are free, as those of linalg.svd; the samples are not symmetric",
    "linalg.eigvalsh": "second derivatives with UPLO='U' of matrices that are not symmetric",
    "linalg.pinv.hermitian": "as linalg.eigvalsh: by elements the samples have a gradient that the definition has not",
    "linalg.eig": "complex eigenvalues are refused by name: tensors are real",
    "linalg.eigvals": "as linalg.eig",
    "atan2": "at the origin the second derivative is 0, as the first; PyTorch gives NaN",
    "floor_divide": "has the gradient 0, as div(..., rounding_mode='floor') has in PyTorch too; there this name has none",
    "logsumexp": "without dim it goes over all elements; PyTorch asks for dim",
    "nn.functional.pad": "a circular border beside a negative width repeats what cropping has left; PyTorch's slope is not"
    " that of its value, and a border wider than what is left is memory that nothing was written to",
    "norm": "over three dimensions or more it is that of all their elements, as linalg.vector_norm; PyTorch refuses",
    "pow": "at the base 0 the second derivative is a number, 2 for x ** 2 with a tensor as exponent; PyTorch gives NaN",
    "prod": "dim may be several dimensions, as for sum; PyTorch takes one",
    "Tensor.__getitem__": "an index beyond its dimension is refused, also where the result is empty; NumPy's True is True;"
    " a list of lists is one array of indices, as in NumPy, where PyTorch takes it for a tuple and says that this will end;"
    " there is one Ellipsis at most",
    "linalg.norm.subgradients_at_zero": "the second derivative of the norm at 0 is 0 here and NaN there",
    "cov": "weights in another dtype than the values are used as they are; the second derivative differs in the sixth digit",
    "nn.MultiheadAttention": "with is_causal=True, need_weights=False and added keys every query sees these, as it does with"
    " weights; PyTorch then leaves attn_mask out, and hides them from most queries",
    "nn.functional.ctc_loss": "a target with the blank, or a class that does not exist, is refused; PyTorch gives a number",
    "nn.functional.interpolate": "antialias=True to a height or width of 1, or to one that stays while its scale_factor does"
    " not: PyTorch's result is not the one that its slope belongs to",
    "empty_like": "memory that PyTorch leaves as it is is 0 here, so that a run repeats",
    "new_empty": "as empty_like",
}

RANDOM = """
    bernoulli multinomial normal normal.number_mean poisson binomial rand_like randint randint_like randn_like
    nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool3d nn.functional.multi_head_attention_forward
"""  # compared by seed
NOT_CALLED_SO = {  # the samples call these by a wrapper that the comparison does not know
    "bool double float half int long short": "methods of Tensor; the names of the module are dtypes",
    "H mH T mT": "attributes",
    "zero_ normal.in_place": "changes of a copy",
    "linalg.pinv.singular linalg.lstsq.grad_oriented": "of a product of two matrices; of one of the results",
    "fft": "all functions of that room: tests/ops/samples/fourier.py compares them",
    "sgn": "PyTorch's own gradient cannot be read there",
    "polygamma.polygamma_n_0": "and with other orders: the samples put the order second (tests/ops/samples/gamma.py)",
    "special": "all functions of that room: tests/ops/samples/special.py and gamma.py compare them",
    "complex polar view_as_complex view_as_real stft istft": "pairs of tensors: tests/ops/samples/complex_numbers.py",
}
