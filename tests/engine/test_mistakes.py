"""Mistakes that learners make with any library of this kind: the error says what would work."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import DimensionError, DtypeError, GraphError, ShapeError

nn, F = md.nn, md.nn.functional
X, Y = md.ones(8, 4), md.tensor([0, 1, 2, 0, 1, 2, 0, 1])
MODEL = nn.Linear(4, 3)
BATCHES = [(X, Y)]


def two_steps_of_one_state():
    rnn, h = nn.RNN(4, 3, batch_first=True), None
    for _ in range(2):
        y, h = rnn(md.ones(2, 5, 4), h)
        y.sum().backward()


def add_half_to_whole_numbers():
    x = md.tensor([1, 2])
    x += 0.5


def set_half_among_whole_numbers():
    x = md.tensor([1, 2])
    x[0] = 0.5


class Forgetful(nn.Module):
    def forward(self, x):
        self.y = x


@pytest.mark.parametrize(
    ("mistake", "kind", "help"),
    [
        # no tensor, or no result
        (
            lambda: F.cross_entropy(MODEL(X), [0, 1, 2]),
            TypeError,
            "got a list. Did you mean minidl.tensor(...) ?",
        ),
        (lambda: F.mse_loss(X, None), TypeError, "mse_loss needs a tensor as target, and got None"),
        (lambda: F.cross_entropy(Forgetful()(X), Y), TypeError, "Does the function that made it return its result?"),
        (lambda: F.cross_entropy(MODEL, Y), TypeError, "Call it first: Linear(...)(x)"),
        (lambda: nn.CrossEntropyLoss(MODEL(X), Y).backward(), AttributeError, "CrossEntropyLoss(...)(x).backward"),
        (lambda: MODEL.shape, AttributeError, "that belongs to a tensor"),
        (lambda: nn.Embedding(10, 4)([1, 2]), TypeError, "embedding needs a tensor as input, and got a list"),
        (lambda: md.relu([1.0]), TypeError, "relu needs a tensor, and got a list"),
        (lambda: md.sum([1, 2]), TypeError, "sum needs a tensor, and got a list"),
        (lambda: MODEL(nn.LSTM(4, 3)(md.ones(5, 2, 4))), TypeError, "Take one of them, as in output, state = lstm(x)"),
        (lambda: X + [md.ones(4), md.ones(4)], TypeError, "join them: minidl.stack([a, b])"),
        (lambda: md.cat(X, X), TypeError, "cat takes its tensors in a list: cat([a, b])"),
        (lambda: md.stack(X, X), TypeError, "stack takes its tensors in a list: stack([a, b])"),
        (lambda: md.optim.SGD(MODEL, lr=0.1), TypeError, "Did you mean model.parameters() ?"),
        (lambda: md.train.evaluate(MODEL, X), TypeError, "Did you mean DataLoader(TensorDataset(x, y), batch_size=64) ?"),
        (lambda: md.viz.graph(MODEL), TypeError, "viz.graph(model, x)"),
        # shapes
        (lambda: F.cross_entropy(MODEL(X), Y.unsqueeze(1)), ShapeError, "Did you mean target.squeeze(1) ?"),
        (lambda: F.cross_entropy(MODEL(X), F.one_hot(Y)), ShapeError, "Did you mean target.argmax(1)"),
        (
            lambda: nn.Conv2d(1, 4, 3)(md.ones(8, 9, 7, 1)),
            ShapeError,
            "input.permute(0, 3, 1, 2) ?  (8, 9, 7, 1) ->",
        ),
        (lambda: nn.Conv2d(1, 4, 3)(md.ones(9, 7)), ShapeError, "Did you mean x.unsqueeze(0), one channel ?"),
        (lambda: X.transpose(1), TypeError, "transpose exchanges two dimensions, and got one"),
        (lambda: float(X), ShapeError, "For all of them there is x.tolist()"),
        (
            lambda: next(iter(md.data.DataLoader([np.ones(2), np.ones(3)], batch_size=2))),
            ShapeError,
            "the arrays of a batch need one shape, and have (2,), (3,)",
        ),
        # dtypes
        (lambda: F.cross_entropy(Y, MODEL(X)), DtypeError, "The prediction comes first"),
        (lambda: F.cross_entropy(MODEL(X).argmax(1), Y), DtypeError, "the scores themselves, without argmax"),
        (lambda: F.one_hot(Y.float()), DtypeError, "Did you mean labels.long() ?"),
        (lambda: X & X, DtypeError, "To combine conditions: (a > 0) & (b > 0)"),
        (lambda: X << 1, DtypeError, "is for whole numbers and booleans, not for float32"),
        (add_half_to_whole_numbers, DtypeError, "x = x.to(minidl.float32)"),
        (set_half_among_whole_numbers, DtypeError, "Did you mean x = x.float() before ?"),
        # graphs and names
        (two_steps_of_one_state, GraphError, "leave that step behind: h = h.detach()"),
        (lambda: nn.relu, AttributeError, "Did you mean ReLU ?"),
        (lambda: F.Relu, AttributeError, "Did you mean relu ?"),
        (lambda: md.data.digit, AttributeError, "Did you mean digits ?"),
    ],
)
def test_a_mistake_gets_an_answer(mistake, kind, help):
    with pytest.raises(kind) as raised:
        mistake()
    assert help in str(raised.value)


def test_an_axis_that_a_rule_hands_to_numpy_is_a_dimension_too():
    @md.engine.operation.operation(name="difference_of_test", promote="float", operands=1)
    def rule(x, dim):
        return np.diff(x, axis=dim), lambda g: g

    del md.engine.registry.REGISTRY["difference_of_test"]
    with pytest.raises(DimensionError, match="difference_of_test: axis 5 is out of bounds"):
        rule(X, 5)


def test_an_axis_is_not_promoted():
    with pytest.raises(ValueError, match="operands=1 says that one tensor comes before it"):
        md.engine.operation.operation(lambda x, dim: x, name="wrong", promote="float")
    assert "wrong" not in md.engine.registry.REGISTRY
