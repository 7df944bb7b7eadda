"""Losses of pairs and triplets, what the miner finds, and how verification is judged."""

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import OutOfRangeError, ShapeError
from minidl.train import metrics
from minidl.train.metric_learning import contrastive_loss, mine_triplets

TORCH_LOSS = 0.29000020027160645
TORCH_GRADIENT = [[-0.16666632890701294, 0.3333336412906647], [-0.1400005966424942, 0.1866663545370102], [0.0, 0.0]]
PAIRS = ([[1.0, 2.0], [0.5, -1.0], [0.0, 0.1]], [[1.5, 1.0], [0.2, -0.6], [2.0, 0.0]], [1, 0, 0])


def batch(n=12, people=4, seed=0):
    md.manual_seed(seed)
    return md.randn(n, 3), md.arange(n) % people


def test_the_contrastive_loss_is_that_of_its_formula():
    x1, x2, same = map(md.tensor, PAIRS)
    d = np.linalg.norm(x1.numpy() - x2.numpy() + 1e-6, axis=1)
    expected = 0.5 * np.array([d[0] ** 2, (1.2 - d[1]) ** 2, 0.0])
    np.testing.assert_allclose(contrastive_loss(x1, x2, same, margin=1.2, reduction="none").numpy(), expected, rtol=1e-5)
    assert contrastive_loss(x1, x2, same, margin=1.2).item() == pytest.approx(expected.mean(), rel=1e-5)
    assert contrastive_loss(x1, x2, same, margin=1.2, reduction="sum").item() == pytest.approx(expected.sum(), rel=1e-5)


def test_the_contrastive_loss_and_its_gradient_are_those_of_pytorch():
    """PyTorch 2.13: the formula written with torch.nn.functional.pairwise_distance, on the same numbers."""
    x1, x2, same = (md.tensor(v) for v in PAIRS)
    x1.requires_grad_()
    loss = contrastive_loss(x1, x2, same, margin=1.2)
    loss.backward()
    assert loss.item() == pytest.approx(TORCH_LOSS, rel=1e-5)
    np.testing.assert_allclose(x1.grad.numpy(), TORCH_GRADIENT, rtol=1e-4, atol=1e-6)


def test_the_contrastive_loss_can_be_differentiated_twice():
    x1, x2 = md.randn(5, 3, dtype=md.float64), md.randn(5, 3, dtype=md.float64)
    same = md.tensor([1, 0, 1, 0, 0])
    f = lambda a, b: contrastive_loss(a, b, same, margin=4.0)
    assert md.autograd.gradcheck(f, (x1.requires_grad_(), x2.requires_grad_()))
    assert md.autograd.gradgradcheck(f, (x1, x2))


def test_all_triplets_are_those_with_a_loss():
    points, labels = batch()
    found = {tuple(map(int, t)) for t in zip(*(m.tolist() for m in mine_triplets(points, labels, "all", 0.5)), strict=True)}
    x, y = points.numpy(), labels.numpy()
    d = lambda i, j: np.linalg.norm(x[i] - x[j])
    every = {(a, p, n) for a in range(12) for p in range(12) for n in range(12) if a != p and y[a] == y[p] and y[a] != y[n]}
    assert found == {(a, p, n) for a, p, n in every if d(a, p) - d(a, n) + 0.5 > 0}


def test_semi_hard_negatives_are_the_nearest_between_the_positive_and_the_margin():
    points, labels = batch()
    x, y = points.numpy(), labels.numpy()
    d = np.linalg.norm(x[:, None] - x[None], axis=-1)
    expected = set()
    for a in range(12):
        for p in range(12):
            between = [n for n in range(12) if y[n] != y[a] and d[a, p] < d[a, n] < d[a, p] + 0.5]
            if a != p and y[a] == y[p] and between:
                expected.add((a, p, min(between, key=lambda n, a=a: d[a, n])))
    assert set(zip(*(m.tolist() for m in mine_triplets(points, labels, margin=0.5)), strict=True)) == expected


def test_hard_triplets_have_the_farthest_positive_and_the_nearest_negative():
    points, labels = batch()
    x, y = points.numpy(), labels.numpy()
    d = np.linalg.norm(x[:, None] - x[None], axis=-1)
    anchors, positives, negatives = (m.tolist() for m in mine_triplets(points, labels, "hard"))
    assert anchors == list(range(12))
    for a, p, n in zip(anchors, positives, negatives, strict=True):
        assert d[a, p] == max(d[a, j] for j in range(12) if y[j] == y[a] and j != a)
        assert d[a, n] == min(d[a, j] for j in range(12) if y[j] != y[a])


@pytest.mark.parametrize("kind", ["semi-hard", "hard", "all"])
def test_where_nobody_is_there_twice_there_is_no_triplet(kind):
    assert [len(m) for m in mine_triplets(md.randn(4, 2), md.arange(4), kind)] == [0, 0, 0]
    assert [len(m) for m in mine_triplets(md.randn(4, 2), md.zeros(4).long(), kind)] == [0, 0, 0]


def test_mined_triplets_teach_an_embedding():
    md.manual_seed(1)
    centres = 2 * md.randn(6, 8)
    x, labels = centres.repeat(5, 1) + md.randn(30, 8), md.arange(6).repeat(5)
    model, loss = nn.Linear(8, 4), nn.TripletMarginLoss(margin=1.0)
    optimizer = md.optim.Adam(model.parameters(), lr=0.02)

    def error():
        e = model(x).detach()
        i, j = np.triu_indices(30, 1)
        return metrics.equal_error_rate(-(e[i] - e[j]).norm(dim=1), (labels[i] == labels[j]).long())

    before = error()
    for _ in range(60):
        e = model(x)
        a, p, n = mine_triplets(e, labels, "hard")
        optimizer.zero_grad()
        loss(e[a], e[p], e[n]).backward()
        optimizer.step()
    assert error() < before / 2


# Verification


def test_the_equal_error_rate_is_where_both_errors_are_the_same():
    rng = np.random.default_rng(0)
    same = rng.integers(0, 2, 400)
    scores = rng.normal(size=400) + same
    rates = [((scores[same == 0] >= t).mean(), (scores[same == 1] < t).mean()) for t in np.linspace(-4, 5, 9001)]
    false, missed = min(rates, key=lambda r: abs(r[0] - r[1]))
    assert metrics.equal_error_rate(scores, same) == pytest.approx((false + missed) / 2, abs=0.004)


def test_equal_error_rates_of_easy_cases():
    assert metrics.equal_error_rate([4.0, 3.0, 2.0, 1.0], [1, 1, 0, 0]) == 0
    assert metrics.equal_error_rate([4.0, 3.0, 2.0, 1.0], [0, 0, 1, 1]) == 1
    assert metrics.equal_error_rate([1.0, 1.0, 1.0, 1.0], [0, 1, 0, 1]) == 0.5  # all alike: no better than a coin


def test_the_verification_rate_keeps_to_the_false_accepts():
    scores, same = [9, 8, 7, 6, 5, 4], [1, 1, 0, 1, 0, 1]
    assert metrics.verification_rate(scores, same, 0.0) == 0.5
    assert metrics.verification_rate(scores, same, 0.5) == 0.75
    assert metrics.verification_rate(scores, same, 1.0) == 1.0


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda: contrastive_loss(md.ones(2, 3), md.ones(2, 3), md.ones(3)), ShapeError, r"one answer \(N,\) for each"),
        (lambda: contrastive_loss(md.ones(2, 3), md.ones(2, 3), md.ones(2), margin=0), ValueError, "must be above 0"),
        (lambda: mine_triplets(md.ones(2, 3), md.ones(3)), ShapeError, r"one label \(N,\) for each"),
        (lambda: mine_triplets(md.ones(2, 3), md.ones(2), "easy"), ValueError, "'semi-hard', 'hard', 'all', not 'easy'"),
        (lambda: mine_triplets(md.ones(2, 3), md.ones(2), margin=-1), ValueError, "must be above 0, and is -1"),
        (lambda: metrics.verification_rate([1, 2], [0, 1], 1.5), OutOfRangeError, "from 0 to 1, and is 1.5"),
        (lambda: metrics.equal_error_rate([1, 2], [1, 1]), ValueError, "both must occur"),
    ],
)
def test_what_cannot_be_compared_is_refused(wrong, error, said):
    with pytest.raises(error, match=said):
        wrong()
