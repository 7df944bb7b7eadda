"""What is saved comes back whole, a resumed run is the same run, and a bad file changes nothing."""

import numpy as np
import pytest

import minidl as md
from minidl.interop.checkpoint import CheckpointError


def small_run():
    md.manual_seed(3)
    model = md.nn.Sequential(md.nn.Linear(4, 8), md.nn.BatchNorm1d(8), md.nn.Dropout(0.3), md.nn.Linear(8, 3))
    optimizer = md.optim.Adam(model.parameters(), lr=0.05, amsgrad=True)
    schedule = md.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
    x, y = md.randn(16, 4), md.randint(0, 3, (16,))

    def steps(n):
        losses = []
        for _ in range(n):
            loss = md.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        return losses

    return model, optimizer, schedule, steps


def test_a_resumed_run_gives_the_very_numbers_of_an_uninterrupted_one(tmp_path):
    *_, steps = small_run()
    whole = steps(10)
    model, optimizer, schedule, steps = small_run()
    first = steps(5)
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    state = {name: part.state_dict() for name, part in parts.items()}
    md.save({**state, "random": md.default_generator.get_state(), "losses": first}, tmp_path / "run.safetensors")

    model, optimizer, schedule, steps = small_run()
    saved = md.load(tmp_path / "run.safetensors")
    for name, part in {"model": model, "optimizer": optimizer, "schedule": schedule}.items():
        part.load_state_dict(saved[name])
    md.default_generator.set_state(saved["random"])
    assert saved["losses"] + steps(5) == whole


def test_all_kinds_of_plain_data_come_back(tmp_path):
    state = {"a": md.ones(2, 0), 3: [1, 2.5, None, True, "x"], "t": (np.arange(3), {"n": md.tensor(7)}), "f": float("inf")}
    md.save(state, tmp_path / "s")
    back = md.load(tmp_path / "s")
    assert back["a"].shape == (2, 0)
    assert back[3] == [1, 2.5, None, True, "x"]
    assert isinstance(back["t"], tuple)
    assert back["t"][0].tolist() == [0, 1, 2]
    assert back["t"][1]["n"].item() == 7
    assert back["f"] == float("inf")


def test_tensors_whose_places_read_alike_come_back_each_by_itself(tmp_path):
    state = {
        "a.b": md.tensor(1.0),
        "a": {"b": md.tensor(2.0)},
        1: md.tensor(3.0),
        "1": md.tensor(4.0),
        "": md.tensor(5.0),
        "__metadata__": md.tensor(6.0),
        "a.b#2": md.tensor(7.0),
        "\ud800": md.tensor(8.0),
        "l": [md.tensor(9.0)],
        "l.0": md.tensor(10.0),
    }
    for name in ("s", "s.pth"):
        md.save(state, tmp_path / name)
        back = md.load(tmp_path / name)
        assert [(type(key), key) for key in back] == [(type(key), key) for key in state]
        assert (back["a"]["b"].item(), back["l"][0].item(), back["l.0"].item()) == (2.0, 9.0, 10.0)
        assert [t.item() for t in back.values() if isinstance(t, md.Tensor)] == [
            t.item() for t in state.values() if isinstance(t, md.Tensor)
        ]


def test_numbers_in_foreign_byte_order_and_layout_are_saved_as_they_are(tmp_path):
    state = {"big": np.arange(3.0).astype(">f4"), "turned": np.arange(6).reshape(2, 3).T, "step": np.arange(9)[::2]}
    for name in ("s", "s.pth"):
        md.save(state, tmp_path / name)
        assert {key: array.tolist() for key, array in md.load(tmp_path / name).items()} == {
            key: array.tolist() for key, array in state.items()
        }


def test_every_byte_of_a_file_is_covered_by_its_checksum(tmp_path):
    path = tmp_path / "s"
    md.save({"lr": 0.1, "w": md.ones(2), "steps": [1, 2]}, path)
    content = path.read_bytes()
    for place in range(len(content)):
        for bit in (0, 4):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            path.write_bytes(bytes(changed))
            with pytest.raises(CheckpointError):
                md.load(path)


def test_the_same_state_is_the_same_bytes(tmp_path):
    state = {"weight": md.ones(2, 3), "größe": [1, 2.5, None], "half": md.ones(1).half()}
    for k in range(8):  # safetensors writes its metadata in another order each time
        md.save(state, tmp_path / str(k))
    assert len({(tmp_path / str(k)).read_bytes() for k in range(8)}) == 1


def test_a_file_of_minidl_0_1_0_loads_and_its_arrays_are_checked(tmp_path):
    import hashlib
    import json

    from safetensors.numpy import save

    w = np.ones(2, np.float32)
    form = json.dumps({"dict": [["w", {"tensor": "w"}], ["lr", {"value": 0.1}]]})
    checksum = hashlib.sha256(f"w {w.dtype.str} {w.shape}".encode() + w.tobytes()).hexdigest()
    (tmp_path / "s").write_bytes(save({"w": w}, {"format": "pt", "minidl": form, "sha256": checksum}))
    assert md.load(tmp_path / "s")["lr"] == 0.1
    (tmp_path / "s").write_bytes(save({"w": w * 2}, {"format": "pt", "minidl": form, "sha256": checksum}))
    with pytest.raises(CheckpointError, match="was changed after it was written"):
        md.load(tmp_path / "s")
    (tmp_path / "s").write_bytes(save({"w": w}, {"minidl": form}))
    with pytest.raises(CheckpointError, match="its checksum is wrong"):
        md.load(tmp_path / "s")


def header(content, data=b""):
    return len(content).to_bytes(8, "little") + content + data


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (header(b"not json"), "is no whole safetensors file"),
        (header(b"[" * 100_000 + b"]" * 100_000), "nested too deeply"),
        (header(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "nested too deeply"),
        (header(b'{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', b"00"), r"kind BF16.*float32 before saving"),
        (header(b'{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}', b"0000"), "is no whole safetensors"),
        (header(b"[1]"), "does not describe tensors"),
        (header(b'{"a":1}'), "does not describe tensors"),
        (header(b'{"__metadata__":3}'), "is no whole safetensors file"),
        (header(b"\xff\xfe"), "is no whole safetensors file"),
        (b"\xff" * 8 + b"{}", "is cut short"),
        (b"", "is empty"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused_with_a_sentence(content, text, tmp_path):
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(CheckpointError, match=text):
        md.load(tmp_path / "s")


def test_what_no_file_can_hold_is_refused_before_it_is_written(tmp_path):
    for array in (np.array(["x"]), np.array([None]), np.ones(1, complex)):
        with pytest.raises(CheckpointError, match="and a file holds booleans, integers and floats"):
            md.save({"a": array}, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_a_state_dict_is_a_plain_safetensors_file_and_others_load_here(tmp_path):
    from safetensors.numpy import load_file, save_file

    layer = md.nn.Linear(2, 3)
    md.save(layer.state_dict(), tmp_path / "ours")
    assert np.array_equal(load_file(tmp_path / "ours")["weight"], layer.weight.detach().numpy())
    save_file({"weight": np.full((3, 2), 2.0, np.float32), "bias": np.zeros(3, np.float32)}, tmp_path / "theirs")
    layer.load_state_dict(md.load(tmp_path / "theirs"))
    assert layer.weight.tolist() == [[2.0, 2.0]] * 3


def test_what_cannot_be_saved_is_named_and_the_old_file_stays(tmp_path):
    md.save({"a": 1}, tmp_path / "s")
    with pytest.raises(CheckpointError, match=r"b.0 is a function, which cannot be saved"):
        md.save({"b": [small_run]}, tmp_path / "s")
    with pytest.raises(CheckpointError, match="a key of a saved dict must be text or a whole number"):
        md.save({(1, 2): 3}, tmp_path / "s")
    assert md.load(tmp_path / "s") == {"a": 1}


@pytest.mark.parametrize("damage", ["missing", "cut", "foreign", "empty", "changed", "its own names changed"])
def test_a_bad_file_is_refused_in_one_line_and_changes_nothing(tmp_path, damage):
    path, layer = tmp_path / "layer", md.nn.Linear(2, 3)
    md.save(layer.state_dict(), path)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {
                "cut": content[:-5],
                "foreign": b"\x80\x04pickle, say, and more of it",
                "empty": b"",
                "changed": content[:-1] + bytes([content[-1] ^ 1]),
                "its own names changed": content.replace(b"minidl", b"mimidl").replace(b"sha256", b"sha356"),
            }[damage]
        )
    before = layer.weight.tolist()
    with pytest.raises(CheckpointError) as error:
        layer.load_state_dict(md.load(path))
    assert "\n" not in str(error.value)
    assert layer.weight.tolist() == before


def test_a_state_dict_that_does_not_fit_lists_what_is_wrong_and_changes_nothing():
    layer = md.nn.Linear(2, 3)
    before = layer.bias.tolist()
    with pytest.raises(md.errors.MinidlError) as error:
        layer.load_state_dict({"bias": md.ones(3), "wieght": md.ones(3, 2)})
    assert "missing: weight" in str(error.value)
    assert "unexpected: wieght" in str(error.value)
    with pytest.raises(md.errors.ShapeError, match=r"weight: \(2, 2\) given, \(3, 2\) needed"):
        layer.load_state_dict({"bias": md.ones(3), "weight": md.ones(2, 2)})
    assert layer.bias.tolist() == before
    missing, unexpected = layer.load_state_dict({"bias": md.ones(3), "x": md.ones(1)}, strict=False)
    assert (missing, unexpected) == (["weight"], ["x"])
    assert layer.bias.tolist() == [1, 1, 1]
