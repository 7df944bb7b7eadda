"""The files of PyTorch are read without PyTorch, and nothing in a file is ever run (fixtures/make_torch_files.py)."""

import contextlib
import io
import os
import pickle
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import CheckpointError, DeviceError

FOLDER = Path(__file__).parents[1] / "fixtures" / "torch_files"


@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth"])
def test_a_file_of_pytorch_comes_back_whole(name):
    state = md.load(FOLDER / name)
    assert (state["epoch"], state["loss"], state["name"], state["none"], state["flag"]) == (3, 1.5, "tëxt", None, True)
    assert (state["nested"], state["large"], state["negative"]) == ((1, [2, (3,)]), 2**70, -5)
    assert (state["a", 1], state[5], state["size"], state["set"]) == ("tuple", "number", (1, 2), {1, 2})
    assert (state["counts"], state["numpy"], state["bytes"]) == (Counter({1: 2, 2: 1}), 2.5, b"a\xff")
    assert state["part"].tolist() == [[4, 6], [8, 10]]
    assert state["turned"].tolist() == state["whole"].T.tolist()
    assert state["expanded"].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert (state["empty"].shape, state["single"].item(), state["single"].dtype) == ((0, 3), 7, md.int64)
    assert isinstance(state["parameter"], md.nn.Parameter)
    assert [t.dtype.name for t in state["dtypes"]] == [
        "float16",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "bool",
        "uint16",
        "uint32",
    ]
    assert all(t.tolist() == [1, 1] for t in state["dtypes"])


@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth"])
def test_what_shared_memory_shares_it_again(name):
    state = md.load(FOLDER / name)
    state["whole"][1, 0] = 100.0
    assert state["part"][0, 0].item() == 100.0
    assert state["turned"][0, 1].item() == 100.0


def test_a_model_and_its_optimiser_go_on_from_a_file_of_pytorch():
    state = md.load(FOLDER / "zip.pth", map_location="cpu", weights_only=False)
    model = md.nn.Sequential(md.nn.Linear(2, 3), md.nn.BatchNorm1d(3))
    model.load_state_dict(state["model"])
    optimizer = md.optim.Adam(model.parameters())
    optimizer.load_state_dict(state["optimizer"])
    assert optimizer.state[model[0].weight]["step"] == 1
    np.testing.assert_array_equal(optimizer.state[model[0].bias]["exp_avg"], state["optimizer"]["state"][1]["exp_avg"].array)


def everything():
    w = md.arange(12.0).reshape(3, 4)
    return {
        "model": md.nn.Linear(2, 3).state_dict(),
        "epoch": 3,
        "loss": 1.5,
        "name": "tëxt",
        "none": None,
        "flag": True,
        "nested": (1, [2, (3,)]),
        "large": 2**70,
        "middle": 2**40,
        "negative": -5,
        ("a", 1): "tuple",
        5: "number",
        "part": w[1:, ::2],
        "turned": w.T,
        "expanded": md.ones(1, 3).expand(2, 3),
        "empty": md.zeros(0, 3),
        "single": md.tensor(7),
        "parameter": md.nn.Parameter(md.ones(2)),
        "infinite": float("inf"),
        "dtypes": [md.ones(2).to(name) for name in ("float16", "float64", "int8", "int16", "int32", "uint8", "bool")],
        "unsigned": [md.tensor(np.array([1, 2**15 + 1], name)) for name in ("uint16", "uint32", "uint64")],
    }


def same(a, b):
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, md.Tensor):
        return a.dtype == b.dtype and a.requires_grad == b.requires_grad and a.tolist() == b.tolist()
    return type(a) is type(b) and a == b


def test_a_file_in_the_format_of_pytorch_comes_back_whole(tmp_path):
    md.save(everything(), tmp_path / "x.pth")
    md.manual_seed(0)
    assert zipfile.is_zipfile(tmp_path / "x.pth")
    state, back = everything(), md.load(tmp_path / "x.pth")
    del state["model"], back["model"]
    assert same(state, back)


def test_the_format_goes_by_the_name_and_is_recognised_without_it(tmp_path):
    for name in ("a.pth", "a.pt", "a.ckpt", "a.bin", "a.tar", "a.safetensors", "a"):
        md.save({"w": md.ones(2)}, tmp_path / name)
        assert zipfile.is_zipfile(tmp_path / name) == (name not in ("a.safetensors", "a"))
        renamed = (tmp_path / name).rename(tmp_path / "renamed")
        assert md.load(renamed)["w"].tolist() == [1, 1]
    stream = io.BytesIO()
    md.save({"w": md.ones(2)}, stream)
    stream.seek(0)
    assert md.load(stream)["w"].tolist() == [1, 1]
    with (tmp_path / "b.pt").open("wb") as file:
        md.save({"w": md.ones(2)}, file)
    assert zipfile.is_zipfile(tmp_path / "b.pt")


def test_both_directions_agree_with_pytorch(tmp_path):
    torch = pytest.importorskip("torch")
    md.save(everything(), tmp_path / "ours.pth")
    there = torch.load(tmp_path / "ours.pth", weights_only=True)
    torch.save(there, tmp_path / "theirs.pth")
    for weights_only in (True, False):
        assert isinstance(torch.load(tmp_path / "ours.pth", weights_only=weights_only)["parameter"], torch.nn.Parameter)
    md.manual_seed(0)
    ours, theirs = md.load(tmp_path / "ours.pth"), md.load(tmp_path / "theirs.pth")
    assert same(ours, theirs)
    for a, b in zip(ours["dtypes"], there["dtypes"], strict=True):
        assert a.dtype.name == str(b.dtype).removeprefix("torch.")
        assert a.tolist() == b.tolist()


# Hostile files


class Evil:
    def __reduce__(self):
        return os.mkdir, ("pwned",)


def archive(content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("archive/data.pkl", content)
        file.writestr("archive/data/0", b"\0" * 16)
    return stream.getvalue()


def legacy(content):
    start = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    return b"".join(pickle.dumps(part, protocol=2) for part in start) + content + pickle.dumps([], protocol=2)


def tensor_of(offset, size, stride):
    """The pickle of one tensor of four numbers."""
    numbers = lambda values: b"(" + b"".join(b"J" + v.to_bytes(4, "little") for v in values) + b"t"
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\1\0\0\x000X\3\0\0\0cpuK\4tQ"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + b"K"
        + bytes([offset])
        + numbers(size)
        + numbers(stride)
        + b"\x89NtR."
    )


HOSTILE = {
    "a function to call": (pickle.dumps(Evil(), protocol=2), "asks for (posix|nt).mkdir.*nothing was run"),
    "a function to call, newer": (pickle.dumps(Evil(), protocol=4), "asks for (posix|nt).mkdir.*nothing was run"),
    "code": (b"c__builtin__\neval\n(S'1+1'\ntR.", "asks for __builtin__.eval"),
    "a class of its own": (b"c__main__\nNet\n)\x81.", r"asks for __main__.Net.*torch.save\(model.state_dict\(\), path\)"),
    "an old kind of instance": (b"(ios\nsystem\n(S'id'\nt.", "asks for INST, a step that no file of weights needs"),
    "lists in lists": (b"]" * 100_000 + b"a" * 99_999 + b".", "nested more than 1000 deep"),
    "tuples in tuples": (b"(" * 100_000 + b"t" * 100_000 + b".", "nested more than 1000 deep"),
    "a place far away": (b"Kr\xff\xff\xff\xff.", "is damaged"),
    "a text without end": (b"\x8d" + (2**62).to_bytes(8, "little") + b"a.", "is damaged"),
    "a number without end": (b"\x8b\xff\xff\xff\x7f", "is damaged"),
    "attributes": (b"]}X\1\0\0\0aK\1sb.", "attributes are set on something that has none"),
    "nothing": (b"", "is damaged"),
    "no end": (b"]", "is damaged"),
    "a stack that is empty": (b"a.", "is damaged"),
    "more numbers than there are": (tensor_of(0, (3, 2), (2, 1)), "(does not fit into its 4 numbers|makes no sense)"),
    "an offset too far": (tensor_of(1, (2, 2), (2, 1)), "(does not fit into its 4 numbers|makes no sense)"),
    "a tensor beyond all memory": (tensor_of(0, (2**31 - 1,) * 3, (1, 1, 1)), "(does not fit into|makes no sense)"),
    "shape and strides that part": (tensor_of(0, (2,), (2, 1)), "(a tensor that cannot be|makes no sense)"),
}


@pytest.mark.parametrize("form", [archive, legacy])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(name, form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, text = HOSTILE[name]
    (tmp_path / "x.pth").write_bytes(form(content))
    with pytest.raises(CheckpointError, match=text) as error:
        md.load(tmp_path / "x.pth", weights_only=False)
    assert "x.pth" in str(error.value)
    assert not (tmp_path / "pwned").exists()


def test_a_tensor_that_fits_is_read():
    assert md.load(io.BytesIO(archive(tensor_of(1, (3,), (1,))))).tolist() == [0, 0, 0]
    spread = md.load(io.BytesIO(archive(tensor_of(1, (1000, 1000), (0, 0)))))
    assert not spread.array.flags.writeable


@pytest.mark.parametrize(
    ("name", "text"),
    [("module.pth", "asks for torch.nn.modules.linear.Linear"), ("bfloat16.pth", "numbers of kind BFloat16")],
)
def test_what_cannot_be_rebuilt_is_named(name, text):
    with pytest.raises(CheckpointError, match=text):
        md.load(FOLDER / name)


@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth", "ours.pth"])
def test_a_file_cut_anywhere_is_refused(name, tmp_path):
    path = FOLDER / name
    if name == "ours.pth":
        path = tmp_path / name
        md.save(everything(), path)
    content = path.read_bytes()
    for n in range(0, len(content) - 1, 23):
        with pytest.raises(CheckpointError):
            md.load(io.BytesIO(content[:n]))


@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth"])
def test_a_file_changed_anywhere_is_read_or_refused(name):
    content = (FOLDER / name).read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 300).tolist():
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        with contextlib.suppress(CheckpointError):
            md.load(io.BytesIO(bytes(changed)))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda path: md.load(io.BytesIO(pickle.dumps({"a": 1}))),
            CheckpointError,
            "is a pickle, and not one of torch.save",
        ),
        (lambda path: md.load(io.BytesIO(archive(b"N.")[:-1])), CheckpointError, "damaged archive"),
        (lambda path: md.load(io.BytesIO(b"PK\3\4")), CheckpointError, "damaged archive"),
        (lambda path: md.load(path, "cuda"), DeviceError, "minidl computes on the CPU alone"),
        (lambda path: md.load(path, pickle_module=pickle), CheckpointError, "without pickle"),
        (lambda path: md.save({}, path, pickle), CheckpointError, "without pickle"),
        (lambda path: md.save(md.nn.Linear(1, 1), path), CheckpointError, r"the state is a Linear.*model.state_dict\(\)"),
        (lambda path: md.save({"a": [{1, 2}]}, path), CheckpointError, "a.0 is a set, which cannot be saved"),
        (lambda path: md.save({b"a": 1}, path), CheckpointError, "must be text, a number or a tuple"),
        (lambda path: md.save({"a": np.array(["x"])}, path), CheckpointError, "for which PyTorch has no tensor"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text, tmp_path):
    with pytest.raises(kind, match=text):
        call(tmp_path / "x.pth")
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_holds_itself_is_refused(tmp_path):
    loop = {}
    loop["again"] = loop
    for name in ("x.pth", "x"):
        with pytest.raises(CheckpointError, match="nested too deeply to be saved, or holds itself"):
            md.save(loop, tmp_path / name)
