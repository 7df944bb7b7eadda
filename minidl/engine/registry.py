"""The operations by name, and what NumPy's functions become when they meet a Tensor."""

REGISTRY = {}  # name -> operation; walked by the tests, the pictures and the documentation
UFUNCS = {}  # NumPy's ufunc -> operation
FUNCTIONS = {}  # any other function on arrays, NumPy's or ours -> what runs when one of its arguments is a Tensor
