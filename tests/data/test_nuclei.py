"""The bundled nuclei: what is in the file, in its parts, and what a damaged file says."""

import numpy as np
import pytest

import minidl as md
from minidl.data import cells
from minidl.errors import DataFileError, ShapeError
from minidl.vision.regions import connected_components


def test_there_are_125_nuclei_on_a_fifth_of_the_pixels():
    nuclei = md.data.nuclei()
    assert len(nuclei) == 125
    assert nuclei.image.shape == nuclei.instances.shape == nuclei.mask.shape == (512, 512)
    assert 0 <= nuclei.image.min().item() < nuclei.image.max().item() <= 1
    assert nuclei.mask.mean().item() == pytest.approx(0.199, abs=0.001)
    sides = nuclei.boxes[:, 2:] - nuclei.boxes[:, :2]
    assert sides.median(dim=0).values.tolist() == pytest.approx([24, 22], abs=3)


def test_every_bright_spot_has_an_outline():
    nuclei = md.data.nuclei()
    bright = md.nn.functional.avg_pool2d(nuclei.image[None, None], 5, stride=1, padding=2)[0, 0] > 0.15
    spots = connected_components(bright, least=40)
    outlined = set(spots[nuclei.mask > 0].tolist()) - {0}
    assert outlined == set(range(1, spots.max().item() + 1))


def test_a_part_holds_its_own_nuclei_numbered_anew():
    whole = md.data.nuclei()
    part = whole[100:200, 300:]
    assert part.instances.unique().tolist() == list(range(len(part) + 1))
    assert (part.mask.numpy() == whole.mask[100:200, 300:].numpy()).all()
    for number, (x1, y1, x2, y2) in enumerate(part.boxes.int().tolist(), start=1):
        one = part.instances.numpy() == number
        assert one[y1:y2, x1:x2].sum() == one.sum()
        assert one[y1, x1:x2].any()
        assert one[y1:y2, x2 - 1].any()
    assert len(part[:0, :0]) == 0
    assert part[:0, :0].boxes.shape == (0, 4)
    with pytest.raises(ShapeError, match="two slices"):
        whole[3]


def test_parts_beside_one_another_share_no_pixel_and_lose_none():
    whole = md.data.nuclei()
    left, right = whole[:, :256], whole[:, 256:]
    assert (np.concatenate([left.mask.numpy(), right.mask.numpy()], 1) == whole.mask.numpy()).all()


@pytest.mark.parametrize("content", [b"", b"this is text", b"PK\x03\x04 cut off"])
def test_a_damaged_file_says_so(content, tmp_path, monkeypatch):
    place = tmp_path / "data" / "nuclei"
    place.mkdir(parents=True)
    (place / "nuclei.npz").write_bytes(content)
    monkeypatch.setattr(cells, "folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"nuclei\.npz is damaged"):
        md.data.nuclei()
