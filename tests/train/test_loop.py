"""The training loop: what it returns, when it stops, and that nothing is lost."""

import numpy as np
import pytest

import minidl as md
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
        model, train, optimizer=optimizer, epochs=3, verbose=False,
        callbacks=[Script([2, 1, 3]), Checkpoint(path, monitor="score")],
    )  # fmt: skip
    saved = md.load(path)
    assert saved["epoch"] == 2
    assert set(saved) == {"model", "optimizer", "epoch", "random", "history"}


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
    before = {name: t.tolist() for name, t in model.state_dict().items()}
    found = find_lr(model, train, optimizer=optimizer, steps=60)
    assert 1e-4 < found["suggestion"] < 10
    assert {name: t.tolist() for name, t in model.state_dict().items()} == before
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert model[0].weight.grad is None
