"""Looking into convolutions: maps, receptive fields, and what an image owes its verdict to."""

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError, ShapeError
from minidl.viz.charts.receptive_field import fields_of
from minidl.viz.charts.saliency import saliency_of
from tests.viz.fuzzing import check_picture


def reader():
    md.manual_seed(0)
    return md.nn.Sequential(
        md.nn.Conv2d(1, 4, 3, padding=1),
        md.nn.ReLU(),
        md.nn.MaxPool2d(2),
        md.nn.Conv2d(4, 20, 3),
        md.nn.ReLU(),
        md.nn.Flatten(),
        md.nn.Linear(20 * 16, 3),
    )


def test_feature_maps_are_the_outputs_of_the_convolutions():
    model, image = reader(), md.rand(12, 12)
    picture = md.viz.feature_maps(model, image)
    check_picture(picture)
    x = md.tensor(image.array[None, None])
    np.testing.assert_allclose(picture.data["0"]["maps"], model[0](x).array[0], rtol=1e-6)
    assert picture.data["3"]["count"] == 20
    assert len(picture.data["3"]["maps"]) == 16
    assert "the first 16 of 20 maps" in picture.svg


def test_a_map_shows_its_filter_when_it_is_asked():
    points = md.viz.feature_maps(reader(), md.rand(12, 12)).state()["points"]
    assert len(points) == 20
    assert points[0][2].startswith("Conv2d 0, map 0: from ")
    assert points[0][3].startswith("data:image/png;base64,")


def test_a_model_without_convolutions_has_no_maps():
    with pytest.raises(MinidlError, match="no Conv2d of this model ran"):
        md.viz.feature_maps(md.nn.Sequential(md.nn.Flatten(), md.nn.Linear(4, 2)), md.rand(2, 2))
    with pytest.raises(ShapeError, match="one image has shape"):
        md.viz.feature_maps(reader(), md.rand(3, 1, 12, 12))


@pytest.mark.parametrize(
    "layers",
    [
        lambda nn: [nn.Conv2d(1, 1, 3)],
        lambda nn: [nn.Conv2d(1, 1, 3, padding=1), nn.AvgPool2d(2), nn.Conv2d(1, 1, 3, padding=1)],
        lambda nn: [nn.Conv2d(1, 1, (3, 5), stride=(2, 1)), nn.Conv2d(1, 1, 3, dilation=2, padding=2)],
        lambda nn: [nn.Conv2d(1, 1, 5, padding="same"), nn.AvgPool2d(3, stride=2, padding=1), nn.Conv2d(1, 1, 2)],
    ],
)
def test_a_receptive_field_is_where_the_gradient_reaches(layers):
    model = md.nn.Sequential(*layers(md.nn))
    with md.no_grad():
        for p in model.parameters():
            p.fill_(1.0)
    x = md.zeros(1, 1, 24, 26, requires_grad=True)
    field = fields_of(model, (24, 26))[-1]
    out = model(x)
    assert field.units == out.shape[-2:]
    for row, column in ((0, 0), (field.units[0] // 2, field.units[1] // 2), (field.units[0] - 1, field.units[1] - 1)):
        (g,) = md.autograd.grad(model(x)[0, 0, row, column], [x])
        top, bottom, left, right = field.seen_by(row, column)
        for reached, low, high, end in zip(np.nonzero(g.array[0, 0]), (top, left), (bottom, right), (23, 25), strict=True):
            assert reached.min() >= max(0, low)
            assert reached.max() <= min(end, high)
            if low >= 0 and high <= end:  # at the edge a dilated kernel may skip the last row
                assert (reached.min(), reached.max()) == (low, high)


def test_the_receptive_field_of_the_unit_under_the_mouse_is_framed():
    picture = md.viz.receptive_field(reader(), md.rand(12, 12))
    check_picture(picture)
    assert picture.text == "Receptive field: a unit of Conv2d 0 sees 3 × 3 pixels; of Conv2d 3, 8 × 8, 44% of the image"
    first = picture.state()["grids"][0]
    left, top, right, _ = first["box"]
    pixel = (right - left) / 12
    assert first["regions"]["0,0"] == pytest.approx([left, top, left + 2 * pixel, top + 2 * pixel], abs=0.2)
    assert first["regions"]["5,5"] == pytest.approx(
        [left + 4 * pixel, top + 4 * pixel, left + 7 * pixel, top + 7 * pixel], abs=0.2
    )


def test_saliency_is_the_gradient_of_the_logit():
    model, image = reader(), md.rand(12, 12)
    found = saliency_of(model, image, target=1)
    x = md.tensor(image.array[None, None], requires_grad=True)
    model(x)[0, 1].backward()
    size = np.abs(x.grad.array[0, 0])
    np.testing.assert_allclose(found.weights, size / size.max(), rtol=1e-5, atol=1e-7)
    assert all(p.grad is None for p in saliency_model_after(model).parameters())


def saliency_model_after(model):
    for p in model.parameters():
        p.grad = None
    md.viz.saliency(model, md.rand(12, 12))
    return model


def test_grad_cam_weighs_the_maps_of_the_last_convolution_by_their_gradients():
    model, image = reader(), md.rand(12, 12)
    with md.no_grad():
        model[6].weight.abs_()  # so that some map speaks for the class
    found = saliency_of(model, image, target=2, kind="grad-cam")
    x = md.tensor(image.array[None, None], requires_grad=True)
    maps = model[3](model[2](model[1](model[0](x))))
    maps.retain_grad()
    model[6](model[5](model[4](maps)))[0, 2].backward()
    cam = np.maximum((maps.grad.array[0].mean(axis=(1, 2), keepdims=True) * maps.array[0]).sum(axis=0), 0)
    assert cam.max() > 0
    coarse = found.weights.reshape(4, 3, 4, 3)[:, 1, :, 1]  # the middles of the squares of three pixels
    np.testing.assert_allclose(coarse / coarse.max(), cam / cam.max(), rtol=1e-4, atol=1e-6)


def test_occlusion_finds_the_pixel_that_matters():
    class Watcher(md.nn.Module):
        def forward(self, x):
            spot = x[:, 0, 3, 8] * 4
            return md.stack([spot, -spot], dim=1)

    image = np.zeros((12, 12), dtype=np.float32)
    image[3, 8] = 1.0
    found = saliency_of(Watcher(), md.tensor(image), kind="occlusion", patch=1)
    assert np.unravel_index(found.weights.argmax(), (12, 12)) == (3, 8)
    assert found.target == 0
    assert found.focus() == pytest.approx(1 / 144)


@pytest.mark.parametrize("kind", ["gradient", "grad-cam", "occlusion"])
def test_saliency_is_drawn_over_the_image_and_leaves_the_model_as_it_was(kind):
    model = reader()
    model.train()
    picture = md.viz.saliency(model, md.rand(12, 12), kind=kind)
    check_picture(picture)
    assert model.training
    assert len(picture.state()["grids"][0]["texts"]) == 12


def test_saliency_of_scores_that_are_not_finite_says_so():
    model = reader()
    with md.no_grad():
        next(model.parameters()).fill_(float("nan"))
    assert "the scores of the model are not finite" in md.viz.saliency(model, md.rand(12, 12), target=1).text


def test_what_cannot_be_asked_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="kind must be one of gradient, grad-cam, occlusion, not 'magic'"):
        md.viz.saliency(reader(), md.rand(12, 12), kind="magic")
    with pytest.raises(ValueError, match="there is no class 7: the model has 3"):
        md.viz.saliency(reader(), md.rand(12, 12), target=7)
    with pytest.raises(ShapeError, match="saliency needs logits"):
        md.viz.saliency(md.nn.Conv2d(1, 2, 3), md.rand(12, 12))
