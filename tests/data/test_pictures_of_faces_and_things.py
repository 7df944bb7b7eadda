"""Faces, Olivetti and CIFAR-10: what they hold, and what is said of files that are none."""

import gzip
import hashlib
import http.server
import io
import re
import struct
import tarfile
import threading
import zlib
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

import minidl as md
from minidl.data import cifar, face_set, olivetti
from minidl.data.mat_file import read_mat
from minidl.errors import DataFileError

ROOT = Path(__file__).parents[2]

# Faces


def test_faces_come_with_easy_and_hard_ones_and_photographs():
    found = md.data.faces()
    assert found.images.shape == (200, 1, 25, 25)
    assert found.labels.tolist() == [1] * 100 + [0] * 100
    assert found.hard.shape == (400, 1, 25, 25)
    assert sorted(set(found.hard_from)) == ["brick", "cat", "coffee", "grass", "gravel", "rocket"]
    assert list(found.photographs) == ["coffee", "rocket", "brick", "gravel", "grass", "cat", "astronaut"]
    for pixels in (found.images, found.hard, *found.photographs.values()):
        assert pixels.dtype == md.float32
        assert 0 <= pixels.min().item() < pixels.max().item() <= 1


def test_one_threshold_on_the_differences_of_neighbours_tells_the_easy_ones_apart_and_not_the_hard_ones():
    found = md.data.faces()

    def roughness(x):
        return (x.diff(dim=2).abs().mean((1, 2, 3)) + x.diff(dim=3).abs().mean((1, 2, 3))).numpy()

    easy, hard = roughness(found.images), roughness(found.hard)
    threshold = 0.098
    assert ((easy >= threshold) == found.labels.numpy()).mean() > 0.97
    assert (hard >= threshold).mean() > 0.3


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_file_of_faces_is_refused_in_one_line(tmp_path, monkeypatch, damage):
    (tmp_path / "data" / "faces").mkdir(parents=True)
    if damage == "changed":
        (tmp_path / "data" / "faces" / "faces.npz").write_bytes(b"not what was shipped")
    monkeypatch.setattr(face_set, "folder", lambda name: tmp_path)
    with pytest.raises(DataFileError, match=r"^the bundled file faces\.npz (cannot be read|is damaged)") as error:
        md.data.faces()
    assert "\n" not in str(error.value)


# Files of MATLAB


def element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def variable(name, array, packed=True):
    kinds = {"u1": (9, 2), "f8": (6, 9)}
    array_class, kind = kinds[array.dtype.str[1:]]
    shape = np.array(array.shape, "<i4").tobytes()
    parts = [element(6, struct.pack("<II", array_class, 0)), element(5, shape)]
    parts.append(struct.pack("<HH4s", 1, len(name), name.encode()) if len(name) < 5 else element(1, name.encode()))
    whole = element(14, b"".join(parts) + element(kind, array.tobytes(order="F")))
    if not packed:
        return whole
    content = zlib.compress(whole)
    return struct.pack("<II", 15, len(content)) + content


def mat(**arrays):
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H2s", 0x0100, b"IM")
    return head + b"".join(variable(name, a, packed=i % 2 == 0) for i, (name, a) in enumerate(arrays.items()))


def test_arrays_are_read_from_a_file_of_matlab(tmp_path):
    x, faces_ = np.arange(6.0).reshape(2, 3), np.arange(12, dtype=np.uint8).reshape(4, 3)
    (tmp_path / "a.mat").write_bytes(mat(x=x, faces=faces_))
    found = read_mat(tmp_path / "a.mat")
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["faces"], faces_)
    assert found["faces"].dtype == np.uint8


GOOD = mat(faces=np.zeros((4096, 10), np.uint8))


@pytest.mark.parametrize(
    "content",
    [b"", b"a text file, and no picture" * 20, GOOD[:100], GOOD[:-7], GOOD[:128] + GOOD[140:], GOOD[:128] + b"\x0f\0"],
    ids=["empty", "text", "head", "cut", "shifted", "tag"],
)
def test_what_is_no_file_of_matlab_is_refused(tmp_path, content):
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(DataFileError, match=r"a\.mat is not a MATLAB file of level 5, or damaged"):
        read_mat(tmp_path / "a.mat")


# Olivetti


def kept(monkeypatch, module, folder, content):
    """Put content where the module looks for its file."""
    (name,) = module.FILES
    (folder / name).write_bytes(content)
    monkeypatch.setattr(module, "FILES", {name: hashlib.sha256(content).hexdigest()})
    monkeypatch.setattr(module, "ADDRESS", "http://localhost:9/")


def test_the_olivetti_faces_stand_upright_ten_of_each_person(tmp_path, monkeypatch):
    upright = np.random.default_rng(0).integers(0, 256, (20, 64, 64)).astype(np.uint8)
    kept(monkeypatch, olivetti, tmp_path, mat(faces=upright.swapaxes(1, 2).reshape(20, -1).T.copy()))
    found = md.data.olivetti_faces(tmp_path)
    np.testing.assert_array_equal((found.images.numpy()[:, 0] * 255).round(), upright)
    assert found.people.tolist() == [0] * 10 + [1] * 10
    assert repr(found) == "People(20 images of 64 x 64, of 2 people)"


def test_another_file_of_matlab_is_not_taken_for_the_olivetti_faces(tmp_path, monkeypatch):
    kept(monkeypatch, olivetti, tmp_path, mat(faces=np.zeros((10, 10), np.uint8)))
    with pytest.raises(DataFileError, match="does not hold the Olivetti faces"):
        md.data.olivetti_faces(tmp_path)


# CIFAR-10


def archive(batches):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in batches.items():
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


NAMES = [*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"]
RECORDS = {name: bytes([k]) + bytes([k]) * 3072 + bytes([9]) + bytes(range(256)) * 12 for k, name in enumerate(NAMES)}


def test_cifar_is_read_record_by_record(tmp_path, monkeypatch):
    kept(monkeypatch, cifar, tmp_path, archive(RECORDS))
    train, test = md.data.cifar10(tmp_path)
    assert (len(train), len(test)) == (10, 2)
    assert train.labels.tolist() == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]
    assert train.images.dtype == md.uint8
    image, label = train[1]
    assert (image.shape, image.dtype, label.item()) == ((3, 32, 32), md.float32, 9)
    np.testing.assert_allclose(image[0, 0, :3].numpy(), np.array([0, 1, 2]) / 255, rtol=1e-6)
    batch, labels = next(iter(md.data.DataLoader(train, batch_size=4)))
    assert (batch.shape, batch.dtype, labels.tolist()) == ((4, 3, 32, 32), md.float32, [0, 9, 1, 9])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a text file", "is damaged"),
        (gzip.compress(b"no archive"), "is damaged"),
        (archive(RECORDS)[:-40], "is damaged"),
        (archive({name: RECORDS[name] for name in NAMES[:3]}), "is damaged"),
        (archive({**RECORDS, "test_batch.bin": b"\1" * 99}), "does not hold images of CIFAR-10"),
        (archive({**RECORDS, "test_batch.bin": bytes([12]) + bytes(3072)}), "does not hold images of CIFAR-10"),
    ],
    ids=["text", "gzip", "cut", "lacking", "short", "label"],
)
def test_what_is_no_archive_of_cifar_is_refused(tmp_path, content, said):
    (tmp_path / "c.tar.gz").write_bytes(content)
    with pytest.raises(DataFileError, match=said):
        cifar.read_cifar(tmp_path / "c.tar.gz")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder whose files can be fetched, and the address of CIFAR-10 pointing there."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setattr(cifar, "ADDRESS", f"http://127.0.0.1:{running.server_port}/")
        yield folder
        running.shutdown()


def test_cifar_is_fetched_once_and_again_when_the_kept_file_is_damaged(tmp_path, monkeypatch, server):
    (name,) = cifar.FILES
    (server / name).write_bytes(archive(RECORDS))
    monkeypatch.setattr(cifar, "FILES", {name: hashlib.sha256((server / name).read_bytes()).hexdigest()})
    kept_in = tmp_path / "kept"
    assert len(md.data.cifar10(kept_in)[0]) == 10
    (kept_in / name).write_bytes(b"damaged")
    assert len(md.data.cifar10(kept_in)[0]) == 10
    (server / name).unlink()
    assert len(md.data.cifar10(kept_in)[1]) == 2  # it is kept, so that no server is needed


def test_a_file_with_another_checksum_is_refused_and_not_kept(tmp_path, server):
    (name,) = cifar.FILES
    (server / name).write_bytes(archive(RECORDS))
    with pytest.raises(DataFileError, match=r"could not be fetched .*does not match the known hash"):
        md.data.cifar10(tmp_path / "kept")
    assert not (tmp_path / "kept" / name).exists()


def test_a_file_that_the_server_does_not_have_is_not_fetched(tmp_path, server):
    with pytest.raises(DataFileError, match=r"could not be fetched \(HTTPError: 404"):
        md.data.cifar10(tmp_path / "kept")


@pytest.mark.parametrize(
    ("load", "module", "hint"),
    [
        (md.data.cifar10, cifar, r"minidl\.data\.digits\(\)"),
        (md.data.olivetti_faces, olivetti, r"minidl\.data\.faces\(\)"),
    ],
)
def test_offline_the_error_says_how_to_go_on(tmp_path, monkeypatch, load, module, hint):
    monkeypatch.setattr(module, "ADDRESS", "http://localhost:9/")
    with pytest.raises(DataFileError, match=rf"could not be fetched .*without a network go on with .*{hint}"):
        load(tmp_path)


@pytest.mark.parametrize("module", [cifar, olivetti])
def test_they_come_over_https_with_sha256(module):
    assert module.ADDRESS.startswith("https://")
    assert all(len(checksum) == 64 for checksum in module.FILES.values())


def test_the_lines_of_chapter_13_for_those_who_have_a_network_split_by_person(monkeypatch):
    chapter = nbformat.read(ROOT / "notebooks" / "13_faces.ipynb", as_version=4)
    (text,) = [cell.source for cell in chapter.cells if "olivetti = md.data.olivetti_faces()" in cell.source]
    (lines,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    people = olivetti.People(md.rand(400, 1, 64, 64), md.arange(40).repeat_interleave(10))
    monkeypatch.setattr(md.data, "olivetti_faces", lambda: people)
    names = {"md": md, "transforms": md.vision.transforms}
    exec(lines, names)
    assert names["pictures"].shape == (400, 1, 25, 25)
    assert sorted(names["learn"].tolist() + names["new"].tolist()) == list(range(40))
    assert len(names["new"]) == 15
