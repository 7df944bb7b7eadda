"""Evaluation and the insides of a network: numbers as in the metrics, words that say what to see."""

import base64
import io

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

import minidl as md
from minidl.errors import MinidlError, OutOfRangeError, ShapeError
from minidl.viz.charts.names_beside import places_beside
from minidl.viz.colours import both_ways
from minidl.viz.pixels import png
from tests.viz.fuzzing import check_picture


def test_a_confusion_matrix_names_the_most_common_confusion():
    picture = md.viz.confusion([0, 1, 1, 1, 2], [0, 1, 2, 2, 2], classes=["cat", "dog", "cow"])
    assert picture.data["matrix"] == [[1, 0, 0], [0, 1, 0], [0, 2, 1]]
    assert picture.text == "Confusion matrix: 60.0% are right; most often cow is taken for dog, 2 times"
    (grid,) = picture.state()["grids"]
    assert grid["texts"][2][1] == "cow taken for dog\n2 of 3 (66.7%)"


def test_a_click_on_a_cell_shows_what_ended_there():
    images = md.rand(5, 4, 4)
    picture = md.viz.confusion([0, 1, 1, 1, 2], [0, 1, 2, 2, 2], images=images)
    shown = picture.state()["grids"][0]["examples"]
    assert set(shown) == {"0,0", "1,1", "2,1", "2,2"}
    assert [text for _, text in shown["2,1"]] == ["number 2: 2 taken for 1", "number 3: 2 taken for 1"]
    grey = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown["2,1"][0][0].partition(",")[2]))))
    np.testing.assert_allclose(255 - grey, images[2].array * 255, atol=1)


def test_scores_and_labels_give_the_same_confusion_matrix():
    scores = md.randn(20, 3)
    targets = md.randint(0, 3, (20,))
    assert md.viz.confusion(scores, targets).data == md.viz.confusion(scores.argmax(dim=1), targets).data
    with pytest.raises(ShapeError, match="there are 20 predictions and 3 images"):
        md.viz.confusion(scores, targets, images=md.rand(3, 2, 2))


def test_a_roc_curve_has_the_area_of_the_metric():
    scores, targets = md.rand(50), (md.rand(50) > 0.5).to(md.int64)
    picture = md.viz.roc({"a": scores, "b": -scores}, targets)
    assert picture.data["a"]["auc"] == md.train.metrics.roc_auc(scores, targets)
    assert picture.data["a"]["auc"] + picture.data["b"]["auc"] == pytest.approx(1)
    assert any("threshold" in p[2] and "hits" in p[2] for p in picture.state()["points"])
    with pytest.raises(ValueError, match="the targets must be 0 and 1"):
        md.viz.roc(scores, md.zeros(50))


def test_a_roc_curve_on_logarithmic_axes_is_asked_where_it_is_drawn():
    scores, targets = md.rand(500), (md.rand(500) > 0.5).to(md.int64)
    picture = md.viz.roc(scores, targets, log=True)
    check_picture(picture)
    asked = [words for _, _, words in picture.state()["points"]]
    assert len(asked) > 10
    assert not any("hits 0.0%" in words or "alarms 0.0%" in words for words in asked)


@pytest.mark.parametrize(
    ("says", "verdict"), [(0.99, "too sure of itself"), (0.55, "too modest"), (0.75, "about as sure as it should")]
)
def test_calibration_says_whether_a_model_is_too_sure(says, verdict):
    targets = md.tensor([1] * 75 + [0] * 25)
    picture = md.viz.calibration(md.ones(100) * says, targets)
    assert verdict in picture.text
    assert picture.data["accuracy"] == [0.75]
    assert picture.data["error"] == pytest.approx(abs(says - 0.75), abs=1e-6)


def test_a_share_of_a_few_examples_is_hollow():
    sure, unsure = md.ones(50) * 0.95, md.ones(3) * 0.15
    picture = md.viz.calibration(md.cat([sure, unsure]), md.ones(53))
    assert "hollow: fewer than 10 examples" in picture.svg
    assert "hollow" not in md.viz.calibration(sure, md.ones(50)).svg


def test_calibration_needs_probabilities():
    with pytest.raises(OutOfRangeError, match="apply softmax or sigmoid first"):
        md.viz.calibration(md.tensor([2.0, -1.0]), md.tensor([0, 1]))


class Idle(md.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = md.nn.Linear(4, 2)

    def forward(self, x):
        return x


def test_activations_are_those_of_every_layer():
    model = md.nn.Sequential(md.nn.Linear(4, 8), md.nn.ReLU(), md.nn.Linear(8, 2))
    x = md.randn(32, 4)
    data = md.viz.activations(model, x).data
    hidden = model[1](model[0](x)).array
    assert list(data) == ["0", "1", "2"]
    assert data["1"]["zeros"] == pytest.approx((hidden == 0).mean())
    assert data["1"]["std"] == pytest.approx(hidden.std(), rel=1e-5)
    assert not any(m._forward_hooks for m in model.modules())
    with pytest.raises(MinidlError, match="no layer of this model ran"):
        md.viz.activations(Idle(), x)


def test_filters_are_drawn_from_rows_and_from_kernels():
    assert md.viz.filters(md.nn.Linear(16, 3)).text == "Filters: 3 filters of weight: orange adds, blue takes away"
    assert md.viz.filters(md.nn.Conv2d(3, 5, 3)).text.startswith("Filters: 5 filters")
    assert md.viz.filters(md.ones(2, 6), shape=(2, 3)).data["weights"][0] == [[1, 1, 1], [1, 1, 1]]
    with pytest.raises(ShapeError, match="rows of 10 weights are no image of 3 × 3"):
        md.viz.filters(md.nn.Linear(10, 3))
    with pytest.raises(MinidlError, match="no weight with rows or filters"):
        md.viz.filters(md.nn.ReLU())


def test_two_colours_show_two_signs():
    colours = both_ways(np.array([-1.0, 0.0, 0.5]))
    assert colours[0, 2] > colours[0, 0]
    assert colours[2, 0] > colours[2, 2]
    assert colours[:, 3].tolist() == [1.0, 0.0, 0.5]


def test_attention_names_the_strongest_look():
    weights = md.tensor([[0.1, 0.9], [0.5, 0.5]])
    picture = md.viz.attention(weights, ["cat", "sat"])
    assert picture.text == "Attention: the strongest look, 90%, goes from cat to sat"
    assert picture.state()["grids"][0]["texts"][0] == ["cat looks at cat\n10.0%", "cat looks at sat\n90.0%"]
    with pytest.raises(ShapeError, match="there are 2 queries in the weights and 3 names"):
        md.viz.attention(weights, ["a", "b", "c"])
    with pytest.raises(ShapeError, match="take one example of a batch"):
        md.viz.attention(md.rand(2, 2, 3, 3))


def written_in(picture):
    return [text.get_text() for text in picture.figure().findobj(Text) if text.get_text()]


def test_attention_says_what_the_full_colour_means_and_writes_small_maps_out():
    small = written_in(md.viz.attention(md.tensor([[0.1, 0.9], [0.5, 0.5]]), ["cat", "sat"]))
    assert {"who looks (query)", "is looked at (key)", "attention weight"} <= set(small)
    assert {"0.1", "0.9", "0.5"} <= set(small)
    large = written_in(md.viz.attention(md.eye(9) * 0.75 + 0.01))
    assert "0.76" not in large  # no numbers in the cells
    assert "attention weight" in large


def test_an_embedding_names_its_classes():
    vectors = md.tensor([[0.0, 0.0], [3.0, 1.0], [1.0, 3.0]])
    picture = md.viz.embedding(vectors, labels=[0, 1, 1], classes=["cats", "dogs"])
    assert {"cats", "dogs"} <= set(written_in(picture))
    assert picture.state()["points"][1][2] == "number 1\ndogs"
    with pytest.raises(ValueError, match="class numbers go from 0 to 1, and there are 1 names"):
        md.viz.embedding(vectors, labels=[0, 1, 1], classes=["cats"])


def test_names_beside_points_cover_no_point_and_no_other_name():
    points = np.array([[0, 0], [6, 3], [40, 40], [44, 36], [44, 44.0]])
    sizes = np.tile([30.0, 11.0], (len(points), 1))
    centres = places_beside(points, sizes)
    low, high = centres - sizes / 2, centres + sizes / 2
    for k in range(len(points)):
        apart = (low[k] >= high - 1e-9).any(axis=1) | (high[k] <= low + 1e-9).any(axis=1)
        assert apart[np.arange(len(points)) != k].all()
        assert ((points < low[k]) | (points > high[k])).any(axis=1).all()


def test_names_beside_points_stay_in_the_room():
    (centre,) = places_beside(np.array([[95.0, 50.0]]), np.array([[30.0, 10.0]]), room=(0, 0, 100, 100))
    assert centre[0] < 95


def test_an_embedding_shows_the_directions_of_most_spread():
    flat = md.randn(30, 2)
    vectors = md.cat([flat * md.tensor([5.0, 2.0]), md.zeros(30, 3)], 1)
    picture = md.viz.embedding(vectors, names=[f"w{i}" for i in range(30)])
    assert picture.data["share"] == pytest.approx(1.0)
    points = np.array(picture.data["points"])
    distances = lambda p: np.linalg.norm(p[:, None] - p[None], axis=-1)
    np.testing.assert_allclose(distances(points), distances(vectors.array.astype(float)), atol=1e-5)
    with pytest.raises(ShapeError, match="there are 30 vectors and 2 labels"):
        md.viz.embedding(vectors, labels=[0, 1])
    with pytest.raises(MinidlError, match="NaN or infinity"):
        md.viz.embedding(md.tensor([[1.0, float("nan")], [0.0, 0.0]]))


@pytest.mark.parametrize(
    "shapes", [((5, 3), (3,)), ((8, 1, 5), (3, 1)), ((), (2, 2)), ((1,), (4,)), ((2, 3), (2, 3)), ((0, 3), (1,))]
)
def test_broadcasting_gives_numpys_shape(shapes):
    assert md.viz.broadcast(*shapes).data["result"] == np.broadcast_shapes(*shapes)


def test_shapes_that_do_not_fit_are_drawn_with_the_reason():
    picture = md.viz.broadcast(md.ones(5, 3), md.ones(5))
    assert picture.data["result"] is None
    assert picture.text == "Broadcasting: 5 × 3 and 5 cannot be combined: 3 and 5 do not fit: only equal sizes do, or a 1"
    with pytest.raises(ValueError, match="a size is never negative"):
        md.viz.broadcast((2,), (-1,))


# Tensors in notebooks


def test_a_tensor_shows_its_numbers_facts_and_a_heat_map():
    card = md.tensor([[1.0, -2.0, 0.0], [3.0, 0.5, 1.0]])._repr_html_()
    assert "tensor([[ 1.0000, -2.0000" in card
    assert "shape 2 × 3 · dtype float32 · mean ± std 0.5833 ± 1.484 · range -2 to 3 · zeros 16.7%" in card
    image = np.asarray(
        Image.open(io.BytesIO(base64.b64decode(card.partition("base64,")[2].partition('"')[0]))).convert("RGBA")
    )
    assert image.shape == (2, 3, 4)
    assert image[:, :, 3].tolist() == [[84, 171, 0], [255, 43, 84]]  # opacity: the size of a number beside the largest, 3


def test_a_number_and_an_empty_tensor_need_no_card():
    assert md.tensor(1.0)._repr_html_() is None
    assert md.zeros(0, 3)._repr_html_() is None
    assert "NaN" in md.tensor([1.0, 2.0, 3.0, 4.0, float("nan")])._repr_html_()
    assert len(md.randn(64, 64, 64)._repr_html_()) < 10_000


def test_a_png_is_the_same_in_every_run():
    image = np.linspace(0, 1, 12).reshape(3, 4)
    assert png(image) == png(image)
    assert png(image, scale=3) != png(image)


@pytest.mark.parametrize("name", ["<script>", 'a"b', "two\nlines", "$x^$", "🎓", "z" * 10_000])
def test_hostile_names_are_text_in_charts(name):
    import xml.etree.ElementTree as ET

    pictures = [
        md.viz.confusion([0, 1], [0, 1], classes=[name, "b"]),
        md.viz.roc({name: [0.1, 0.9]}, [0, 1]),
        md.viz.attention(md.eye(2), [name, "b"]),
        md.viz.embedding(md.eye(2), names=[name, "b"]),
        md.viz.loss_curve({name: [1.0, 2.0], "b": [1.0, 1.0]}),
    ]
    for picture in pictures:
        root = ET.fromstring(picture.svg)
        assert not [e for e in root.iter() if e.tag.endswith("script")]
        assert picture.html().count("</script") == 1
