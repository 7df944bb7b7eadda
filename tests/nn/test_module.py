"""Module: how parts are found, named, copied, frozen, saved; and what it refuses."""

from copy import deepcopy

import numpy as np
import pytest

import minidl as md
from minidl import nn
from minidl.errors import MinidlError, ShapeError


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(3, 1, bias=False))
        self.register_buffer("scale", md.tensor(2.0))
        self.register_buffer("hidden", md.zeros(1), persistent=False)

    def forward(self, x):
        return self.rest(self.norm(self.first(x))) * self.scale


def test_parameters_buffers_and_modules_have_dotted_names():
    net = Net()
    names = ["first.weight", "first.bias", "norm.weight", "norm.bias", "rest.1.weight"]
    assert [n for n, _ in net.named_parameters()] == names
    assert [n for n, _ in net.named_modules()] == ["", "first", "norm", "rest", "rest.0", "rest.1"]
    assert [n for n, _ in net.named_children()] == ["first", "norm", "rest"]
    assert {n for n, _ in net.named_buffers()} == {
        "scale",
        "hidden",
        "norm.running_mean",
        "norm.running_var",
        "norm.num_batches_tracked",
    }
    assert "hidden" not in net.state_dict()
    assert net.get_submodule("rest.1") is net.rest[1]
    with pytest.raises(AttributeError, match="has no part '7'"):
        net.get_submodule("rest.7")


def test_a_shared_parameter_is_one_parameter():
    a = nn.Linear(2, 2)
    net = nn.Sequential(a, a)
    assert len(list(net.parameters())) == 2
    net(md.ones(1, 2)).sum().backward()
    assert a.weight.grad is not None


def test_train_and_eval_reach_every_part():
    net = Net().eval()
    assert not any(m.training for m in net.modules())
    assert all(m.training for m in net.train().modules())


def test_freezing_and_clearing():
    net = Net()
    net.first.requires_grad_(False)
    net(md.randn(4, 2)).sum().backward()
    assert net.first.weight.grad is None
    assert net.rest[1].weight.grad is not None
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_dtypes_of_a_whole_module():
    net = Net().double()
    assert {p.dtype for p in net.parameters()} == {np.dtype("float64")}
    assert net.norm.num_batches_tracked.dtype == np.int64
    assert net(md.ones(2, 2, dtype=md.float64)).dtype == np.float64
    assert net.float().first.weight.dtype == np.float32


def test_a_deep_copy_learns_by_itself():
    net = Net()
    other = deepcopy(net)
    optimizer = md.optim.SGD(other.parameters(), lr=1.0)
    other(md.randn(4, 2)).sum().backward()
    optimizer.step()
    assert not md.equal(net.rest[1].weight, other.rest[1].weight)
    assert [n for n, _ in net.named_parameters()] == [n for n, _ in other.named_parameters()]


def test_a_state_dict_shares_memory_and_loads_into_another_module():
    net, other = Net(), Net()
    other.load_state_dict(net.state_dict())
    x = md.randn(4, 2)
    assert md.equal(net.eval()(x), other.eval()(x))


def test_forward_hooks_see_and_replace_the_output():
    net, seen = Net(), []
    hook = net.first.register_forward_hook(lambda module, args, out: seen.append((args[0].shape, out.shape)))
    replace = net.register_forward_hook(lambda module, args, out: out * 0)
    assert net(md.randn(4, 2)).tolist() == [[0.0]] * 4
    assert seen == [((4, 2), (4, 3))]
    hook.remove()
    replace.remove()
    net(md.randn(4, 2))
    assert len(seen) == 1


def test_apply_visits_inner_modules_first():
    order = []
    Net().apply(lambda m: order.append(type(m).__name__))
    assert order == ["Linear", "BatchNorm1d", "ReLU", "Linear", "Sequential", "Net"]


def test_parts_can_be_replaced_and_removed():
    net = Net()
    net.first = nn.Linear(2, 3, bias=False)
    assert "first.bias" not in dict(net.named_parameters())
    net.scale = md.tensor(5.0)
    assert net.state_dict()["scale"].item() == 5.0
    net.first.weight = None
    assert list(net.first.parameters()) == []
    with pytest.raises(TypeError, match="'weight' is a parameter; assign a Parameter or None"):
        net.rest[1].weight = md.ones(1, 3)
    del net.rest
    assert [n for n, _ in net.named_children()] == ["first", "norm"]


def test_a_registered_name_that_would_hide_a_method_is_refused():
    with pytest.raises(MinidlError, match="ModuleDict has an attribute 'keys' of its own; choose another name"):
        nn.ModuleDict({"keys": nn.Linear(1, 1)})
    with pytest.raises(MinidlError, match="Linear has an attribute 'forward' of its own"):
        nn.Linear(1, 1).register_buffer("forward", md.ones(1))


def test_what_an_attribute_is_changes_with_what_is_assigned():
    net = Net()
    net.first = nn.Parameter(md.ones(2))
    assert "first" in dict(net.named_parameters())
    assert "first" not in dict(net.named_children())
    net.norm = "none"
    assert [n for n, _ in net.named_children()] == ["rest"]
    assert vars(net)["norm"] == "none"


def test_mistakes_in_a_module_are_named():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    class Empty(nn.Module):
        pass

    with pytest.raises(MinidlError, match=r"call super\(\).__init__\(\) first in Forgetful.__init__"):
        Forgetful()
    with pytest.raises(MinidlError, match="Empty has no forward method"):
        Empty()(1)
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'second'"):
        _ = Net().second
    with pytest.raises(TypeError, match=r"Sequential takes modules, and item 1 is a function.*nn.ReLU\(\)"):
        nn.Sequential(nn.Linear(1, 1), md.relu)


def test_containers():
    layers = nn.ModuleList([nn.Linear(1, 1)]).append(nn.ReLU())
    named = nn.ModuleDict({"a": nn.Linear(1, 1)})
    named["b"] = nn.Tanh()
    assert len(layers) == 2
    assert list(named.keys()) == ["a", "b"]
    assert "a" in named
    assert [n for n, _ in named.named_parameters()] == ["a.weight", "a.bias"]
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    assert len(net[:2]) == 2
    assert isinstance(net[-1], nn.Linear)
    with pytest.raises(IndexError, match="index 3 is out of range for a Sequential of 3 modules"):
        net[3]


def test_modules_print_as_a_tree():
    assert repr(Net()) == (
        "Net(\n"
        "  (first): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (norm): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)\n"
        "  (rest): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Linear(in_features=3, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )


def test_the_summary_counts_parameters_and_escapes_names():
    net = Net()
    net.add_module("<b>", nn.Linear(1, 1))
    summary = net.summary()
    assert [n for *_, n in summary.rows()] == [20, 9, 6, 3, 0, 3, 2]
    assert repr(summary).endswith("20 parameters")
    html = net._repr_html_()
    assert "<b>Net</b> &middot; 20" in html
    assert "&lt;b&gt;: <b>Linear</b>" in html
    assert html.count("<details") == html.count("</details>") == 2


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: nn.BatchNorm2d(3)(md.ones(1, 4, 2, 2)), ShapeError, "BatchNorm2d(3) expects 3 channels"),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "cannot both be divided into 2 groups"),
        (lambda: nn.Dropout(2), ValueError, "between 0 and 1, and is 2"),
        (lambda: nn.GroupNorm(2, 5), ValueError, "5 channels cannot be divided into 2 groups"),
        (lambda: nn.LSTM(3, 0), ValueError, "must be at least 1"),
        (lambda: nn.LSTM(3, 4)(md.ones(5, 2, 6)), ShapeError, "with D = 3, and got (5, 2, 6)"),
        (lambda: nn.GRU(3, 4)(md.ones(0, 2, 3)), ShapeError, "GRU needs a sequence of at least one step"),
        (lambda: nn.RNN(3, 4, batch_first=True)(md.ones(2, 0, 3)), ShapeError, "RNN needs a sequence of at least one step"),
        (
            lambda: nn.GRU(3, 4)(md.ones(5, 2, 3), md.ones(1, 3, 4)),
            ShapeError,
            "must have shape (1, 2, 4), and has (1, 3, 4)",
        ),
        (lambda: nn.MultiheadAttention(5, 2), ValueError, "embed_dim 5 cannot be divided among 2 heads"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), ValueError, "padding_idx 3 is not a row of a table of 3"),
        (lambda: nn.CrossEntropyLoss(reduction="avg"), ValueError, "reduction must be one of"),
        (lambda: nn.GELU(approx="tanh"), TypeError, "unexpected keyword argument 'approx'"),
        (lambda: nn.init.xavier_uniform_(md.ones(3)), ShapeError, "at least 2 dimensions"),
        (lambda: nn.init.calculate_gain("magic"), ValueError, "no gain is known for 'magic'"),
    ],
)
def test_layers_refuse_what_cannot_be_meant(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert text in str(error.value)


def test_utilities():
    w = md.ones(2, 3).requires_grad_()
    (w * 3).sum().backward()
    assert nn.utils.clip_grad_norm_([w], 1.0).item() == pytest.approx(3 * 6**0.5)
    assert np.linalg.norm(w.grad.array) == pytest.approx(1.0, rel=1e-5)
    nn.utils.clip_grad_value_([w], 0.1)
    assert w.grad.array.max() == pytest.approx(0.1)
    layer = nn.Linear(2, 3)
    vector = nn.utils.parameters_to_vector(layer.parameters())
    nn.utils.vector_to_parameters(vector.detach() * 2, layer.parameters())
    np.testing.assert_allclose(nn.utils.parameters_to_vector(layer.parameters()).detach().array, 2 * vector.detach().array)
    with pytest.raises(ShapeError, match="the parameters have 9 elements, and the vector 4"):
        nn.utils.vector_to_parameters(md.ones(4), layer.parameters())


def test_layers_print_as_those_of_pytorch():
    printed = {
        nn.Dropout(0.1): "Dropout(p=0.1, inplace=False)",
        nn.ReLU(inplace=True): "ReLU(inplace=True)",
        nn.LayerNorm(4): "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)",
        nn.InstanceNorm1d(
            3
        ): "InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)",
        nn.AvgPool1d(2): "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))",
        nn.Upsample(scale_factor=2): "Upsample(scale_factor=2.0, mode='nearest')",
        nn.CrossEntropyLoss(label_smoothing=0.1): "CrossEntropyLoss()",
        nn.Hardshrink(2.0): "Hardshrink(2.0)",
        nn.LSTM(2, 3, 2, batch_first=True): "LSTM(2, 3, num_layers=2, batch_first=True)",
        nn.ModuleList([nn.Tanh(), nn.Tanh(), nn.ReLU()]): "ModuleList(\n  (0-1): 2 x Tanh()\n  (2): ReLU()\n)",
        nn.MaxUnpool2d(2): "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))",
    }
    assert [repr(layer) for layer in printed] == list(printed.values())


def test_a_parameter_may_be_made_of_numbers():
    weight = nn.Parameter([1.0, 2.0])
    assert (weight.tolist(), weight.requires_grad) == ([1.0, 2.0], True)
    assert nn.Parameter().shape == (0,)


def test_a_copied_buffer_is_saved_as_the_first_one_is():
    net = nn.Module()
    net.kept, net.lost = nn.Buffer(md.ones(2)), nn.Buffer(md.ones(2), persistent=False)
    again = deepcopy(net)
    again.kept, again.lost = again.kept, again.lost
    assert list(again.state_dict()) == ["kept"]
