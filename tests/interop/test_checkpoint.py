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


@pytest.mark.parametrize("damage", ["missing", "cut", "foreign", "empty", "changed"])
def test_a_bad_file_is_refused_in_one_line_and_changes_nothing(tmp_path, damage):
    path, layer = tmp_path / "layer", md.nn.Linear(2, 3)
    md.save(layer.state_dict(), path)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({
            "cut": content[:-5], "foreign": b"\x80\x04pickle, say, and more of it", "empty": b"",
            "changed": content[:-1] + bytes([content[-1] ^ 1]),
        }[damage])  # fmt: skip
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
