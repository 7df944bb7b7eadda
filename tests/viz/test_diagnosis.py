"""What ails a run: models made sick on purpose are diagnosed, and healthy ones are left in peace."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import GraphError
from minidl.viz.runs.curves import split
from minidl.viz.runs.diagnosis import diagnose, read_curves


def data():
    md.manual_seed(1)
    x = md.randn(64, 20)
    return x, x[:, :3].argmax(dim=1)


def mlp(activation, hidden, scale=1.0):
    md.manual_seed(0)
    layers, size = [], 20
    for _ in range(hidden):
        layers += [nn.Linear(size, 32), activation()]
        size = 32
    model = nn.Sequential(*layers, nn.Linear(size, 3))
    with md.no_grad():
        for p in model.parameters():
            p.mul_(scale)
    return model


def run(model, x, y, lr=0.05, steps=40, optimizer=md.optim.SGD, zero=True, loss=nn.functional.cross_entropy):
    optimizer, flow = optimizer(model.parameters(), lr=lr), md.viz.Flow(model)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            if zero:
                optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            flow.step(value)
    flow.close()
    return flow


def dying():
    model = mlp(nn.ReLU, 2)
    with md.no_grad():
        model[2].bias.sub_(5.0)
    return model


def regression(lr):
    x, _ = data()
    md.manual_seed(0)
    return run(nn.Linear(20, 1), x, x[:, :1] * 3, lr=lr, loss=nn.functional.mse_loss)


SICK = {
    "vanishing": lambda x, y: run(mlp(nn.Sigmoid, 8), x, y),
    "exploding": lambda x, y: run(mlp(nn.Identity, 8, scale=4.0), x, y, lr=1e-9),
    "dead": lambda x, y: run(dying(), x, y),
    "saturated": lambda x, y: run(mlp(nn.Tanh, 2, scale=30.0), x, y, lr=1e-3),
    "lr high": lambda x, y: regression(lr=0.5),
    "not finite": lambda x, y: regression(lr=1.0),
    "lr low": lambda x, y: run(mlp(nn.ReLU, 2), x, y, lr=1e-5),
    "zero_grad": lambda x, y: run(mlp(nn.ReLU, 2), x, y, zero=False),
    "input": lambda x, y: run(mlp(nn.ReLU, 2), x * 30 + 100, y, lr=1e-3),
}
HEALTHY = {
    "ReLU, SGD": lambda x, y: run(mlp(nn.ReLU, 2), x, y, lr=0.1),
    "ReLU, Adam": lambda x, y: run(mlp(nn.ReLU, 2), x, y, lr=1e-3, optimizer=md.optim.Adam),
    "tanh, Adam, long": lambda x, y: run(mlp(nn.Tanh, 3), x, y, lr=1e-2, optimizer=md.optim.Adam, steps=200),
    "bold, and it worked": lambda x, y: run(mlp(nn.Tanh, 2), x, y, lr=0.5, optimizer=md.optim.Adam),
    "linear regression": lambda x, y: regression(lr=0.1),
}


@pytest.mark.parametrize("illness", SICK)
def test_a_model_made_sick_on_purpose_is_diagnosed(illness):
    findings = diagnose(SICK[illness](*data()).history)
    assert findings[0].kind == illness, [f.text for f in findings]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_is_left_in_peace(name):
    flow = HEALTHY[name](*data())
    assert diagnose(flow.history) == []
    assert "nothing seems to be wrong" in md.viz.gradient_flow(flow).text


def test_the_sentence_says_what_is_seen_where_and_what_to_try():
    (finding,) = diagnose(SICK["vanishing"](*data()).history)
    assert finding.text.startswith("gradients shrink ")
    assert "-fold from layer 16.weight to layer 0.weight: vanishing; try residual connections" in finding.text


def test_slopes_that_pile_up_come_before_what_they_blow_up():
    flow = run(mlp(nn.Identity, 8, scale=4.0), *data(), lr=1e-9, zero=False)
    assert [f.kind for f in diagnose(flow.history)] == ["zero_grad"]


def test_dropping_gradients_to_zeros_instead_of_none_is_no_forgetting():
    x, y = data()
    model = mlp(nn.ReLU, 1)
    flow = md.viz.Flow(model)
    for _ in range(10):
        for p in model.parameters():
            if p.grad is not None:
                p.grad.zero_()
        loss = nn.functional.cross_entropy(model(x + 0.5 * md.randn(64, 20)), y)
        loss.backward()
        with md.no_grad():
            for p in model.parameters():
                p -= 2.0 * p.grad
        flow.step(loss)
    assert "zero_grad" not in [f.kind for f in diagnose(flow.history)]


def test_a_flow_records_the_engines_numbers():
    x, y = data()
    model = mlp(nn.ReLU, 1)
    before = np.array(model[0].weight.array)
    flow = run(model, x, y, steps=1, lr=0.1)
    g = model[0].weight.grad.array.astype(float)
    assert flow.history.gradient["0.weight"] == [pytest.approx(np.sqrt((g**2).mean()))]
    ratio = np.sqrt(((0.1 * g) ** 2).mean()) / np.sqrt((before.astype(float) ** 2).mean())
    assert flow.history.update["0.weight"] == [pytest.approx(ratio, rel=1e-4)]
    assert list(flow.history.activations) == ["0", "1", "2"]


def test_dead_units_and_zeros_are_counted():
    x, y = data()
    numbers = run(dying(), x, y, steps=1).history.activations["3"]
    assert numbers["dead"] == [1.0]
    assert numbers["zeros"] == [1.0]


def test_a_flow_works_as_a_callback_and_takes_its_hooks_away():
    x, y = data()
    model = mlp(nn.ReLU, 1)
    flow = md.viz.Flow(model, every=2)
    loader = md.data.DataLoader(md.data.TensorDataset(x, y), 16)
    md.train.fit(
        model, loader, optimizer=md.optim.SGD(model.parameters(), lr=0.1), epochs=2, callbacks=[flow], verbose=False
    )
    assert flow.history.steps == [1, 3, 5, 7]
    assert not any(m._forward_hooks for m in model.modules())


def test_the_picture_of_a_run_holds_its_numbers_and_findings():
    flow = SICK["vanishing"](*data())
    picture = md.viz.gradient_flow(flow)
    assert picture.data["findings"][0]["kind"] == "vanishing"
    assert picture.data["loss"] == flow.history.loss
    grids = picture.state()["grids"]
    assert [len(g["texts"]) for g in grids] == [9, 9]
    assert grids[0]["texts"][0][0].startswith("0.weight\nstep 1\ngradients (root mean square): ")


def test_what_has_no_flow_is_refused():
    with pytest.raises(GraphError, match="nothing was recorded"):
        md.viz.gradient_flow(md.viz.Flow(nn.Linear(2, 2)))
    with pytest.raises(TypeError, match="the gradient flow is that of a model"):
        md.viz.gradient_flow([1.0])
    with pytest.raises(md.errors.MinidlError, match="no parameters"):
        md.viz.Flow(nn.ReLU())


# Loss curves

n = np.arange(40)
FALLING = 0.1 + 2 * np.exp(-n / 6)
CURVES = [
    (FALLING, 0.3 + 2 * np.exp(-n / 6) + 0.02 * np.maximum(0, n - 15), "overfitting from epoch 19 on"),
    (2 - 0.02 * n, 2.1 - 0.02 * n, "not yet converged"),
    (FALLING, FALLING + 0.05, "levelled off"),
    (1 + 0.1 * n, None, "diverging"),
    (1.5 + 0.5 * np.cos(2.4 * n) - 0.01 * n, None, "too noisy"),
    (np.array([1.0, 0.5, np.nan, np.nan]), None, "the loss is no longer a number from epoch 3 on"),
    (np.array([2.0, 1.0]), None, "too short to judge"),
]


@pytest.mark.parametrize(("train", "val", "said"), CURVES)
def test_a_loss_curve_is_read(train, val, said):
    assert read_curves(train, val).startswith(said)


def test_several_runs_are_compared_by_name():
    runs = {
        "SGD": {"train_loss": [2.0, 1.5, 1.2], "lr": [1, 1, 1]},
        "Adam": {"train_loss": [2.0, 0.8, 0.4], "lr": [1, 1, 1]},
    }
    picture = md.viz.loss_curve(runs)
    assert list(picture.data) == ["SGD", "Adam"]
    assert "0.6 with Adam" in picture.text


def test_the_learning_rate_is_drawn_where_it_changes():
    history = {"train_loss": [2.0, 1.0, 0.5], "val_loss": [2.0, 1.2, 0.9], "lr": [0.1, 0.05, 0.01]}
    assert "learning" in md.viz.loss_curve(history).svg
    assert "learning" not in md.viz.loss_curve({**history, "lr": [0.1, 0.1, 0.1]}).svg


def test_each_run_has_one_colour_for_its_loss_and_its_learning_rate():
    runs = {"constant": {"val_loss": [2.0, 1.0], "lr": [0.1, 0.1]}, "falling": {"val_loss": [2.0, 0.9], "lr": [0.1, 0.01]}}
    assert list(split(runs)[1]) == ["constant", "falling"]
    drawn = md.viz.loss_curve(runs).svg
    first, second = (drawn.count(f"stroke: var(--md-{name})") for name in ("value", "second"))
    assert first == second > 0
