"""Diffusion: noise and data on a quarter circle, the loss, and the walk back with a model that knows the answer."""

import math

import pytest

import minidl as md
from minidl.errors import ShapeError
from minidl.vision.diffusion import UNet, add_noise, diffusion_loss, sample, velocity


@pytest.fixture
def pair():
    md.manual_seed(0)
    return md.randn(200, 1, 4, 4), md.randn(200, 1, 4, 4), md.rand(200)


def points_of(spread):
    """The true velocity where the data are normal with this spread, so that nothing has to be learned."""

    def slope(noisy, t, *condition):
        a = (t * math.pi / 2).reshape(-1, *[1] * (noisy.ndim - 1))
        variance = a.cos() ** 2 * spread**2 + a.sin() ** 2
        return noisy * a.cos() * a.sin() * (1 - spread**2) / variance

    return slope


def test_the_ends_are_data_and_noise_and_the_spread_stays_between_them(pair):
    x, noise, t = pair
    assert md.allclose(add_noise(x, noise, md.zeros(200)), x)
    assert md.allclose(add_noise(x, noise, md.ones(200)), noise, atol=1e-6)
    assert add_noise(x, noise, t).std().item() == pytest.approx(1, abs=0.02)


def test_the_velocity_is_the_slope_along_the_angle(pair):
    x, noise, t = (one.double() for one in pair)
    step = 1e-6
    slope = (add_noise(x, noise, t + step) - add_noise(x, noise, t - step)) / (2 * step * math.pi / 2)
    assert md.allclose(velocity(x, noise, t), slope, atol=1e-6)


def test_what_is_seen_and_the_velocity_tell_data_and_noise(pair):
    x, noise, t = pair
    a = (t * math.pi / 2).reshape(-1, 1, 1, 1)
    seen, slope = add_noise(x, noise, t), velocity(x, noise, t)
    assert md.allclose(a.cos() * seen - a.sin() * slope, x, atol=1e-5)
    assert md.allclose(a.sin() * seen + a.cos() * slope, noise, atol=1e-5)


def test_the_loss_of_the_best_model_is_what_nobody_can_know(pair):
    x = md.randn(20_000, 1)
    md.manual_seed(0)
    best = diffusion_loss(points_of(1.0), x).item()
    md.manual_seed(0)
    other = diffusion_loss(points_of(0.3), x).item()
    assert best == pytest.approx(1, abs=0.03)  # of normal data and normal noise the velocity is normal, and independent
    assert other > best


@pytest.mark.parametrize("spread", [0.2, 1.0, 3.0])
def test_a_walk_with_the_true_velocity_ends_at_the_spread_of_the_data(spread):
    md.manual_seed(0)
    walk = sample(points_of(spread), md.randn(5000, 1), steps=200)
    assert walk.seen[-1].std().item() == pytest.approx(spread, rel=0.05)
    assert len(walk.seen) == len(walk.guesses) == 201


def test_the_first_guess_is_the_mean_and_the_last_is_the_sample():
    walk = sample(points_of(0.5), md.randn(8, 1), steps=10)
    assert md.allclose(walk.guesses[0], md.zeros(8, 1), atol=1e-6)
    assert md.equal(walk.guesses[-1], walk.seen[-1])


def test_guidance_goes_from_ignoring_the_condition_to_exaggerating_it():
    says = lambda noisy, t, condition: condition.sum(dim=1, keepdim=True) + 0 * noisy
    end = lambda guidance: sample(says, md.zeros(1, 1), 1, md.ones(1, 3), guidance).seen[-1].item()
    assert end(0.0) == pytest.approx(0)
    assert end(1.0) == pytest.approx(-3)
    assert end(2.0) == pytest.approx(-6)


def test_some_conditions_are_dropped_whole_while_it_learns():
    seen = []
    model = lambda noisy, t, condition: seen.append(condition) or noisy
    md.manual_seed(0)
    diffusion_loss(model, md.zeros(2000, 1), md.ones(2000, 3), dropped=0.2)
    told = seen[0].sum(dim=1)
    assert set(told.tolist()) == {0.0, 3.0}
    assert (told == 0).float().mean().item() == pytest.approx(0.2, abs=0.03)


def test_the_network_knows_time_and_condition_and_starts_with_no_opinion():
    md.manual_seed(0)
    model, x = UNet(1, width=8, conditions=3), md.randn(2, 1, 8, 8)
    t, said = md.tensor([0.2, 0.8]), md.eye(3)[:2]
    assert not model(x, t, said).any().item()
    with md.no_grad():
        model.last.weight.normal_()
        for block in (model.down1, model.middle, model.up1):
            block.conv2.weight.normal_()
    assert not md.allclose(model(x, t, said), model(x, t.flip(0), said))
    assert not md.allclose(model(x, t, said), model(x, t, said.flip(0)))
    assert md.allclose(model(x, t), model(x, t, said * 0))


def test_a_walk_leaves_the_mode_of_the_model_and_makes_no_graph():
    model = UNet(1, width=8).train()
    walk = sample(model, md.randn(2, 1, 8, 8), steps=2)
    assert model.training
    assert not walk.seen[-1].requires_grad


def test_what_cannot_work_is_refused():
    with pytest.raises(ShapeError, match=r"multiples of 4, not \(8, 10\)"):
        UNet(1, width=8)(md.zeros(1, 1, 8, 10), md.zeros(1))
    with pytest.raises(ShapeError, match="this U-Net was made without conditions"):
        UNet(1, width=8)(md.zeros(1, 1, 8, 8), md.zeros(1), md.zeros(1, 3))
    with pytest.raises(ValueError, match="at least one step leads from noise to data, not 0"):
        sample(points_of(1.0), md.zeros(1, 1), steps=0)


@pytest.mark.parametrize("turn", [add_noise, velocity])
def test_each_example_has_its_own_noise_and_time(turn):
    with pytest.raises(ShapeError, match=r"data \(2, 3\) needs noise of the same shape and times \(2,\), not \(3,\)"):
        turn(md.zeros(2, 3), md.zeros(3), md.zeros(2))
    with pytest.raises(ShapeError, match=r"times \(2,\), not \(2, 3\) and \(1,\)"):
        turn(md.zeros(2, 3), md.zeros(2, 3), md.zeros(1))
