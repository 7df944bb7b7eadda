"""The training loop: what it returns, when it stops, and that nothing is lost."""

import copy
import math
import signal

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError
from minidl.train import Callback, Checkpoint, EarlyStopping, NotFiniteError, evaluate, find_lr, fit, metrics


def setting(seed=0, lr=0.1):
    md.manual_seed(seed)
    x = md.randn(80, 4)
    y = (x[:, 0] + x[:, 1] > 0).long()
    data = [md.data.TensorDataset(x[:60], y[:60]), md.data.TensorDataset(x[60:], y[60:])]
    model = md.nn.Sequential(md.nn.Linear(4, 8), md.nn.ReLU(), md.nn.Dropout(0.1), md.nn.Linear(8, 2))
    train, val = md.data.DataLoader(data[0], 20, shuffle=True), md.data.DataLoader(data[1], 20)
    return model, train, val, md.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def test_a_model_learns_and_the_history_is_plain_data(capsys):
    model, train, val, optimizer = setting()
    history = fit(model, train, val, optimizer=optimizer, epochs=8, metrics={"accuracy": metrics.accuracy})
    assert set(history) == {"train_loss", "lr", "val_loss", "val_accuracy"}
    assert all(len(v) == 8 and all(type(n) is float for n in v) for v in history.values())
    assert history["train_loss"][-1] < history["train_loss"][0] / 2
    assert history["val_accuracy"][-1] > 0.85
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("epoch 1: train_loss ")
    assert len(lines) == 8
    assert md.viz.loss_curve(history).data.keys() == {"train_loss", "val_loss", "diagnosis"}


def test_fit_does_what_the_loop_written_by_hand_does():
    model, train, _, optimizer = setting()
    by_fit = fit(model, train, optimizer=optimizer, epochs=2, verbose=False)["train_loss"]
    model, train, _, optimizer = setting()
    by_hand = []
    for _ in range(2):
        total = 0
        for x, y in train:
            loss = md.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        by_hand.append(total / 60)
    assert by_fit == by_hand


def test_evaluation_changes_neither_mode_nor_weights():
    model, _, val, _ = setting()
    before = model[0].weight.tolist()
    first, second = (evaluate(model, val) for _ in range(2))
    assert first == second  # no dropout
    assert model.training
    assert model[0].weight.tolist() == before


class Interrupt(Callback):
    def after_step(self, run, loss):
        if run.step == 7:
            raise KeyboardInterrupt


def test_ctrl_c_keeps_the_model_and_the_history_and_says_so(capsys):
    model, train, _, optimizer = setting()
    history = fit(model, train, optimizer=optimizer, epochs=5, callbacks=[Interrupt()])
    assert len(history["train_loss"]) == 2
    assert "Stopped by you in epoch 3; the model and the history so far are kept." in capsys.readouterr().out


def test_a_loss_that_is_no_number_stops_with_the_step_and_the_reasons():
    model, train, _, optimizer = setting(lr=1e20)
    with (
        np.errstate(all="ignore"),
        pytest.raises(NotFiniteError, match=r"at step \d+ \(epoch 1\).*learning rate \(1e\+20\) is too high"),
    ):
        fit(model, train, optimizer=optimizer, epochs=3, verbose=False)


class Script(Callback):
    """Writes a given number into the history."""

    def __init__(self, values):
        self.values = list(values)

    def after_epoch(self, run):
        run.record(score=self.values[run.epoch - 1])


def test_early_stopping_goes_back_to_the_best_weights():
    model, train, _, optimizer = setting()
    seen = {}

    class Remember(Callback):
        def after_epoch(self, run):
            seen[run.epoch] = run.model[0].weight.tolist()

    stop = EarlyStopping(patience=2, monitor="score")
    history = fit(
        model, train, optimizer=optimizer, epochs=10, callbacks=[Script([3, 1, 2, 2, 0]), Remember(), stop], verbose=False
    )
    assert len(history["train_loss"]) == 4
    assert model[0].weight.tolist() == seen[2]
    with pytest.raises(KeyError, match="EarlyStopping watches 'nothing'"):
        fit(model, train, optimizer=optimizer, epochs=1, callbacks=[EarlyStopping(monitor="nothing")], verbose=False)


def test_a_checkpoint_holds_what_a_run_needs(tmp_path):
    model, train, _, optimizer = setting()
    path = tmp_path / "best"
    fit(
        model,
        train,
        optimizer=optimizer,
        epochs=3,
        verbose=False,
        callbacks=[Script([2, 1, 3]), Checkpoint(path, monitor="score")],
    )
    saved = md.load(path)
    assert saved["epoch"] == 2
    assert set(saved) == {"model", "optimizer", "schedule", "epoch", "random", "history"}
    assert saved["schedule"] is None


@pytest.mark.parametrize(("mode", "scores", "kept"), [("min", [math.nan, 2, 3], 2), ("max", [math.nan, 2, math.nan], 2)])
def test_a_checkpoint_of_the_best_is_written_though_the_first_number_is_nan(tmp_path, mode, scores, kept):
    model, train, _, optimizer = setting()
    fit(
        model,
        train,
        optimizer=optimizer,
        epochs=3,
        verbose=False,
        callbacks=[Script(scores), Checkpoint(tmp_path / "best", monitor="score", mode=mode)],
    )
    assert md.load(tmp_path / "best")["epoch"] == kept


@pytest.mark.parametrize(
    "schedule",
    [
        lambda o: md.optim.lr_scheduler.ExponentialLR(o, 0.5),
        lambda o: md.optim.lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)),
        lambda o: md.optim.lr_scheduler.MultiStepLR(o, [1, 3]),
        lambda o: md.optim.lr_scheduler.OneCycleLR(o, 0.1, 5),
        lambda o: md.optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=10),
    ],
)
def test_a_run_goes_on_from_its_checkpoint_as_if_it_had_never_stopped(tmp_path, schedule):
    def go(epochs, saved=None):
        model, train, _, optimizer = setting()
        plan = schedule(optimizer)
        if saved is not None:
            model.load_state_dict(saved["model"])
            optimizer.load_state_dict(saved["optimizer"])
            plan.load_state_dict(saved["schedule"])
            md.default_generator.set_state(saved["random"])
        return fit(
            model,
            train,
            optimizer=optimizer,
            epochs=epochs,
            schedule=plan,
            callbacks=[Checkpoint(tmp_path / "run")],
            verbose=False,
        )

    whole = go(5)
    first = go(2)
    rest = go(3, md.load(tmp_path / "run"))
    assert {name: first[name] + rest[name] for name in whole} == whole


def test_early_stopping_serves_one_run_after_another():
    stop = EarlyStopping(patience=1, monitor="score")
    first, train, _, optimizer = setting()
    fit(first, train, optimizer=optimizer, epochs=2, callbacks=[Script([0, 1]), stop], verbose=False)
    second, train, _, optimizer = setting(seed=1)
    history = fit(second, train, optimizer=optimizer, epochs=4, callbacks=[Script([5, 4, 3, 2]), stop], verbose=False)
    assert len(history["score"]) == 4
    assert second[0].weight.tolist() != first[0].weight.tolist()


# The mode of the model


def test_fit_leaves_the_model_in_training_mode_whatever_happens():
    model, train, val, optimizer = setting()

    def broken(predictions, targets):
        raise RuntimeError("broken")

    def interrupted(predictions, targets):
        raise KeyboardInterrupt

    fit(model.eval(), train, val, optimizer=optimizer, epochs=1, verbose=False)
    assert model.training
    with pytest.raises(RuntimeError, match="broken"):
        fit(model.eval(), train, val, loss=broken, optimizer=optimizer, epochs=1, verbose=False)
    assert model.training
    history = fit(
        model, train, val, optimizer=optimizer, epochs=2, metrics={"m": interrupted}, callbacks=[Interrupt()], verbose=False
    )
    assert model.training
    assert history == {"train_loss": [], "lr": []}


def test_evaluation_puts_the_mode_back_after_an_error_and_keeps_recording():
    model, _, val, _ = setting()

    def broken(predictions, targets):
        raise RuntimeError("broken")

    for training in (True, False):
        with pytest.raises(RuntimeError, match="broken"):
            evaluate(model.train(training), val, broken)
        assert model.training is training
        assert model[1].training is training
        assert md.is_grad_enabled()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that interrupts")
def test_ctrl_c_at_any_moment_leaves_the_model_learning():
    model, train, val, optimizer = setting()

    def press(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, press)
    try:
        for i in range(100):
            history = {}
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.003 + i * 1e-4)
                history = fit(model, train, val, optimizer=optimizer, epochs=10**6, verbose=False)
            except KeyboardInterrupt:
                pass  # before it had begun
            assert all(m.training for m in model.modules())
            assert md.is_grad_enabled()
            assert len({len(values) for values in history.values()}) <= 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda m, o: fit(m, [], optimizer=o, epochs=1), "there is no batch to train on in epoch 1"),
        (lambda m, o: fit(m, iter([]), optimizer=o, epochs=1), "there is no batch to train on in epoch 1"),
        (lambda m, o: fit(m, iter([(md.ones(1, 4), md.tensor([0]))]), optimizer=o, epochs=2), "train is an iterator"),
        (lambda m, o: fit(m, [(md.ones(1, 4), md.tensor([0]))], iter([]), optimizer=o, epochs=2), "val is an iterator"),
        (lambda m, o: evaluate(m, []), "there is no batch to evaluate on"),
        (lambda m, o: find_lr(m, [], optimizer=o), "there is no batch to try learning rates on"),
    ],
)
def test_without_batches_there_is_a_sentence(call, text):
    model, _, _, optimizer = setting()
    with pytest.raises(MinidlError, match=text):
        call(model, optimizer)


def test_schedules_and_clipping():
    model, train, val, optimizer = setting()
    schedule = md.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    history = fit(model, train, optimizer=optimizer, epochs=3, schedule=schedule, clip_norm=1e-3, verbose=False)
    assert history["lr"] == [0.1, 0.05, 0.025]
    assert np.sqrt(sum((p.grad.array**2).sum() for p in model.parameters())) <= 1.001e-3
    plateau = md.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=1e9)
    fit(model, train, val, optimizer=optimizer, epochs=3, schedule=plateau, verbose=False)
    assert optimizer.param_groups[0]["lr"] < 0.0125


def test_find_lr_suggests_a_rate_and_leaves_everything_as_it_was():
    model, train, _, optimizer = setting()
    fit(model, train, optimizer=optimizer, epochs=1, verbose=False)  # the optimiser has a momentum
    momentum = copy.deepcopy(optimizer.state_dict())["state"]
    before = {name: t.tolist() for name, t in model.state_dict().items()}
    found = find_lr(model.eval(), train, optimizer=optimizer, steps=60)
    assert not model.training
    kept = optimizer.state_dict()["state"]
    assert all(kept[i]["momentum_buffer"].tolist() == s["momentum_buffer"].tolist() for i, s in momentum.items())
    assert 1e-4 < found["suggestion"] < 10
    assert {name: t.tolist() for name, t in model.state_dict().items()} == before
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert model[0].weight.grad is None


def test_a_frozen_part_stays_in_evaluation_whoever_tries_the_model_out():
    model, train, _, optimizer = setting()
    model[2].eval()
    modes = [part.training for part in model.modules()]
    find_lr(model, train, optimizer=optimizer, steps=5)
    assert [part.training for part in model.modules()] == modes

    model = md.nn.Sequential(md.nn.Linear(4, 3), md.nn.BatchNorm1d(3), md.nn.Dropout(0.1))
    model[2].eval()
    md.optim.swa_utils.update_bn([md.randn(6, 4)], model)
    assert [part.training for part in model] == [True, True, False]
    assert model[1].momentum == 0.1
