"""Mixed precision and compiling are about GPUs: lessons that use them run, and are told once that nothing changes."""

import warnings

import pytest

import minidl as md
from minidl import amp, jit
from minidl.errors import MinidlError


@pytest.fixture
def nothing_said():
    before = set(amp.said)
    amp.said.clear()
    yield
    amp.said.clear()
    amp.said.update(before)


def test_a_loop_with_mixed_precision_runs_in_float32_and_says_so_once(nothing_said):
    model = md.nn.Linear(2, 1)
    optimizer = md.optim.SGD(model.parameters(), lr=0.1)
    plain = md.nn.Linear(2, 1)
    plain.load_state_dict(model.state_dict())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        scaler = md.amp.GradScaler()
        for _ in range(3):
            optimizer.zero_grad()
            with md.autocast(device_type="cuda", dtype=md.float16):
                loss = model(md.ones(4, 2)).pow(2).mean()
            assert loss.dtype == md.float32
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            scaler.step(optimizer)
            scaler.update()
    assert [str(w.message).split(" changes")[0] for w in said] == ["GradScaler", "autocast"]
    assert all(w.filename == __file__ for w in said)
    other = md.optim.SGD(plain.parameters(), lr=0.1)
    for _ in range(3):
        other.zero_grad()
        plain(md.ones(4, 2)).pow(2).mean().backward()
        other.step()
    assert model.weight.tolist() == plain.weight.tolist()
    scaler.load_state_dict(scaler.state_dict())
    assert not scaler.is_enabled()


def test_autocast_is_a_decorator_too(nothing_said):
    @md.autocast("cpu", enabled=False)
    def double(x):
        """Twice."""
        return 2 * x

    assert double(md.ones(1)).item() == 2.0
    assert double.__doc__ == "Twice."


def test_autocast_on_a_cpu_is_refused_by_name_for_it_would_round(nothing_said):
    with pytest.raises(md.errors.DtypeError, match=r"rounds to bfloat16 in PyTorch.* or say enabled=False"):
        md.autocast("cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        md.amp.autocast(False)  # torch.cuda.amp.autocast's only argument


def test_what_is_compiled_is_what_was_given(nothing_said):
    model = md.nn.Linear(1, 1)
    with pytest.warns(UserWarning, match="there is nothing to compile"):
        assert md.compile(model, mode="max-autotune") is model

    @md.compile(fullgraph=True)
    def double(x):
        return 2 * x

    assert double(2) == 4
    assert jit.script(model) is model
    assert jit.trace(model, md.ones(1, 1)) is model
    assert jit.ignore(double) is double
    assert not jit.is_scripting()


@pytest.mark.parametrize("call", [lambda: jit.save(md.nn.Linear(1, 1), "x"), lambda: jit.load("x")])
def test_programs_are_not_written_and_not_read(call):
    with pytest.raises(MinidlError, match="which only PyTorch runs"):
        call()
