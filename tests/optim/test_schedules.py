"""Schedules give PyTorch's rates (fixtures/make_optim.py): alone, together, and when somebody else changes the rate."""

import json
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError
from minidl.optim import lr_scheduler
from tests.optim.recipes import SCHEDULES, averaged, optimizer_of, parameter, rates

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "optim.json").read_text())


def agree(found, expected):
    assert [len(row) for row in found] == [len(row) for row in expected]
    np.testing.assert_allclose(np.concatenate(found), np.concatenate(expected), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_alone(name):
    agree(rates(md, name), KEPT["alone"][name])


@pytest.mark.parametrize("name", KEPT["adam"])
def test_cycles_move_the_first_beta_of_adam(name):
    agree(rates(md, name, kind="Adam"), KEPT["adam"][name])


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_rate_that_a_plateau_or_a_hand_has_changed_is_gone_on_from(name):
    agree(rates(md, name, plateau=True, by_hand=7), KEPT["disturbed"][name])


@pytest.mark.parametrize("name", SCHEDULES)
def test_two_schedules_on_one_optimizer(name):
    agree(rates(md, name, "ExponentialLR"), KEPT["pairs"][name])


@pytest.mark.parametrize("name", KEPT["new group"])
def test_a_group_that_is_added_later_follows_the_schedule(name):
    agree(rates(md, name, new_group=4), KEPT["new group"][name])


@pytest.mark.parametrize("name", ["LambdaLR", "CosineAnnealingWarmRestarts", "CosineAnnealingLR", "MultiplicativeLR"])
def test_where_pytorch_cannot_go_on_with_a_new_group_it_starts_from_its_own_rate(name):
    optimizer = optimizer_of(md)
    schedule = (
        lr_scheduler.LambdaLR(optimizer, lambda t: 0.5**t)
        if name == "LambdaLR"
        else SCHEDULES[name](lr_scheduler, optimizer)
    )
    schedule.step()
    optimizer.add_param_group({"params": [parameter(md)], "lr": 0.1})
    schedule.step()
    first, _, new = (group["lr"] for group in optimizer.param_groups)
    assert 0 < new <= 0.1
    assert schedule.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
    if name in ("LambdaLR", "CosineAnnealingWarmRestarts"):
        assert new == pytest.approx(first)


def test_exponential_and_plateau_together_do_not_multiply_twice():
    optimizer = md.optim.SGD([parameter(md)], lr=0.1)
    decay, plateau = lr_scheduler.ExponentialLR(optimizer, 0.9), lr_scheduler.ReduceLROnPlateau(optimizer, patience=100)
    for _ in range(5):
        decay.step()
        plateau.step(1.0)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.059049)


def test_one_cycle_makes_all_its_steps_and_refuses_the_next():
    schedule = lr_scheduler.OneCycleLR(md.optim.SGD([parameter(md)], lr=0.1, momentum=0.9), 0.1, total_steps=10)
    for _ in range(10):
        schedule.step()
    with pytest.raises(ValueError, match="OneCycleLR was made for 10 steps, and this is step 11"):
        schedule.step()


def test_a_cycle_whose_first_phase_has_no_length_starts_at_the_top():
    optimizer = md.optim.SGD([parameter(md)], lr=0.1, momentum=0.9)
    lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=10, pct_start=0.1)
    assert optimizer.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_from_its_state(name):
    whole = rates(md, name)
    optimizer = optimizer_of(md)
    schedule = SCHEDULES[name](lr_scheduler, optimizer)
    for _ in range(7):
        schedule.step()
    fresh = optimizer_of(md)
    resumed = SCHEDULES[name](lr_scheduler, fresh)
    fresh.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    for _ in range(7, 20):
        resumed.step()
    assert [group["lr"] for group in fresh.param_groups] == whole[-1][:2]


def test_a_step_may_be_named_by_its_number():
    optimizer = md.optim.SGD([parameter(md)], lr=0.8)
    schedule = lr_scheduler.StepLR(optimizer, 2, 0.5)
    schedule.step(5)
    assert schedule.get_last_lr() == [0.2]


def test_averaged_models_and_their_schedule():
    for found, expected in zip(averaged(md), KEPT["averaged"], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_batch_norm_of_an_averaged_model_gets_the_mean_of_all_batches():
    model = md.nn.Sequential(md.nn.BatchNorm1d(1))
    batches = [(md.full((2, 1), value), None) for value in (1.0, 3.0)]
    md.optim.swa_utils.update_bn(batches, model.eval())
    assert model[0].running_mean.item() == 2.0
    assert model[0].momentum == 0.1
    assert not model.training


def sgd(**settings):
    return md.optim.SGD([parameter(md)], lr=0.1, **settings)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: lr_scheduler.StepLR(None, 1), TypeError, "changes the learning rates of an optimizer, and got a NoneType"),
        (lambda: lr_scheduler.OneCycleLR(sgd(), 0.1), ValueError, "needs total_steps, or epochs and steps_per_epoch"),
        (lambda: lr_scheduler.OneCycleLR(sgd(), 0.1, 0), ValueError, "a whole number of at least 1, and is 0"),
        (lambda: lr_scheduler.OneCycleLR(sgd(), [0.1, 0.2], 5), ValueError, "max_lr has 2 values, and the optimizer has 1"),
        (
            lambda: lr_scheduler.OneCycleLR(md.optim.Adagrad([parameter(md)]), 0.1, 5),
            ValueError,
            "give cycle_momentum=False",
        ),
        (lambda: lr_scheduler.StepLR(sgd(), 0), ValueError, "step_size counts the steps .*: at least 1, not 0"),
        (lambda: lr_scheduler.CosineAnnealingLR(sgd(), 0), ValueError, "T_max counts the steps .*: at least 1, not 0"),
        (
            lambda: lr_scheduler.CyclicLR(sgd(), 0.1, 0.2, 0),
            ValueError,
            "step_size_up counts .*: at least 1, not 0",
        ),
        (lambda: lr_scheduler.CyclicLR(sgd(), 0.1, 0.2, mode="saw"), ValueError, "mode must be"),
        (lambda: lr_scheduler.LinearLR(sgd(), 0.0), ValueError, "factors of LinearLR lie between 0 and 1"),
        (lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 0), ValueError, "whole numbers of at least 1"),
        (lambda: lr_scheduler.ReduceLROnPlateau(sgd(), factor=1.0), ValueError, "factor must be below 1"),
        (lambda: lr_scheduler.ReduceLROnPlateau(sgd(), min_lr=[0, 0]), ValueError, "min_lr has 2 values"),
        (lambda: lr_scheduler.StepLR(sgd(), 1, last_epoch=3), KeyError, "does not know its initial_lr"),
        (
            lambda: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(sgd(), 1), lr_scheduler.StepLR(sgd(), 1)]),
            ValueError,
            "schedule 1 belongs to another",
        ),
        (lambda: md.optim.swa_utils.SWALR(sgd(), 0.1, anneal_epochs=-1), ValueError, "at least 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_a_planned_run_refuses_a_group_that_comes_later():
    optimizer = sgd()
    schedule = lr_scheduler.OneCycleLR(optimizer, 0.1, 5)
    optimizer.add_param_group({"params": [parameter(md)]})
    with pytest.raises(MinidlError, match="has planned the whole run of 1 parameter groups, and another was added"):
        schedule.step()


def test_a_cycle_keeps_its_momentum_when_another_schedule_is_made_for_the_same_optimizer():
    """PyTorch 2.13 gives the same."""
    optimizer = md.optim.SGD([parameter(md)], lr=0.1, momentum=0.9)
    cycle = lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, step_size_up=3)
    one = lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=8)
    seen = []
    for schedule in (cycle, cycle, cycle, one, one):
        schedule.step()
        seen.append(optimizer.param_groups[0]["momentum"])
    assert seen == pytest.approx([0.866667, 0.833333, 0.8, 0.868826, 0.852806], abs=1e-6)
