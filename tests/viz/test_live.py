"""The live loss: what it keeps, and the picture that stays."""

import pytest

import minidl as md


def test_by_hand_the_steps_are_drawn():
    live = md.viz.Live()
    for loss in (2.0, 1.0, md.tensor(0.5)):
        live.add(loss)
    assert live.steps == [2.0, 1.0, 0.5]
    assert live.close().data == {"loss": [2.0, 1.0, 0.5]}


def test_by_hand_a_validation_loss_ends_an_epoch():
    live = md.viz.Live()
    for epoch in range(4):
        live.add(4.0 - epoch)
        live.add(2.0 - epoch / 2, val_loss=3.0 - epoch / 2)
    data = live.close().data
    assert data["val_loss"] == [3.0, 2.5, 2.0, 1.5]
    assert data["train_loss"] == [3.0, 2.25, 1.5, 0.75]


def test_as_a_callback_the_epochs_are_drawn():
    X, y = md.data.moons(40)[:]
    model = md.nn.Linear(2, 2)
    loader, live = md.data.DataLoader(md.data.TensorDataset(X, y), 20), md.viz.Live()
    optimizer = md.optim.SGD(model.parameters(), lr=0.1)
    history = md.train.fit(model, loader, loader, optimizer=optimizer, epochs=3, callbacks=[live], verbose=False)
    assert live.picture.data["train_loss"] == history["train_loss"]
    assert live.picture.data["val_loss"] == history["val_loss"]
    assert len(live.steps) == 6


def test_nothing_added_is_refused():
    with pytest.raises(ValueError, match="there is no loss to draw"):
        md.viz.Live().close()
