"""Samples of the operations in `minidl.ops.complex_numbers`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("T.view_as_real(T.complex(a, b))", "3,1", "3,4"),
    sample("T.view_as_real(T.polar(a, b))", ">3", "3"),
    sample("T.view_as_complex(a).abs()", "4,2"),
    sample("T.angle(T.view_as_complex(a))", "4,2"),
    sample("T.abs(T.view_as_complex(a))", "=[[0.0, 0.0], [3.0, 4.0]]", corner=True),
    sample("T.angle(T.view_as_complex(a))", "=[[0.0, 0.0], [3.0, 4.0], [0.0, -1.0]]", corner=True),
    sample("T.angle(a)", "=[1.0, -1.0, 0.0, nan]", corner=True),
    sample("T.view_as_real(T.complex(a, b).exp())", "3", "3"),
    sample("T.real(T.view_as_complex(a) / T.view_as_complex(b))", "3,2", "3,2"),
    sample("T.imag((2 - 1j) / T.view_as_complex(a) - T.view_as_complex(a) * 1j)", "3,2"),
    sample("T.imag(1.0 - T.view_as_complex(a) @ T.view_as_complex(b).mT)", "3,4,2", "2,4,2"),
    sample("T.view_as_real(T.view_as_complex(a) @ T.complex(b, b))", "3,4,2", "4,5"),
    sample("T.view_as_complex(a).conj().imag", "3,2"),
    sample("T.view_as_complex(a).reshape(2, 3).permute(1, 0).unsqueeze(0).flatten(1).sum(1).real", "6,2"),
    # Turning pairs of features by their position, as language models do (Su et al. 2021)
    sample(
        "T.view_as_real(T.view_as_complex(a.reshape(5, 3, -1, 2)) * T.polar(T.ones_like(b), b).view(5, 1, 4)).flatten(2)",
        "5,3,8",
        "5,4",
    ),
]
