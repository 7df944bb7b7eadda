"""The full sets are read from where they are kept; offline, the error says how to go on."""

import gzip
import hashlib
import re
import threading
import time
from contextlib import nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

import minidl as md
from minidl.data import full_sets
from minidl.errors import DataFileError


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A set of four images in a folder, in the form of MNIST, with its checksums."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 256, (3, 28, 28)), np.array([1, 2, 3]), rng.integers(0, 256, (1, 28, 28)), np.array([9])]
    names = list(full_sets.SETS["mnist"][1])
    sums = {}
    for name, array in zip(names, arrays, strict=True):
        (tmp_path / name).write_bytes(idx(array))
        sums[name] = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    monkeypatch.setitem(full_sets.SETS, "mnist", ("http://localhost:9/", sums))
    return tmp_path, arrays


def test_a_set_that_is_there_is_read_without_a_network(small):
    folder, arrays = small
    train, test = md.data.mnist(folder)
    assert train.images.shape == (3, 1, 28, 28)
    np.testing.assert_allclose(train.images.array[:, 0] * 255, arrays[0], atol=1e-4)
    assert train.labels.tolist() == [1, 2, 3]
    assert len(test) == 1


def test_offline_the_error_says_how_to_go_on(small):
    folder, _ = small
    next(folder.iterdir()).unlink()
    with pytest.raises(
        DataFileError, match=r"mnist could not be fetched .*go on with the bundled 10,000 digits: minidl.data.digits\(\)"
    ):
        md.data.mnist(folder)


def test_what_somebody_put_in_the_place_of_a_file_is_not_read(small, monkeypatch):
    folder, _ = small
    next(folder.iterdir()).write_bytes(idx(np.arange(5)))
    with pytest.raises(DataFileError, match="could not be fetched"):
        md.data.mnist(folder)


@pytest.mark.parametrize("name", full_sets.SETS)
def test_the_sets_come_over_https_with_sha256(name):
    address, files = full_sets.SETS[name]
    assert address.startswith("https://")
    assert address.endswith("/")
    assert len(set(files.values())) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in files.values())


DAMAGED = {
    "empty": b"",
    "not gzip": b"not gzip",
    "floats": gzip.compress(b"\0\0\x09\x01", mtime=0),
    "cut": idx(np.arange(5))[:-9],
    "sizes whose product is 0 in 64 bits": gzip.compress(b"\0\0\x08\x04" + b"\0\1\0\0" * 4, mtime=0),
    "more dimensions than arrays have": gzip.compress(b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"x", mtime=0),
    "nothing, of too many": gzip.compress(b"\0\0\x08\x04" + b"\0\0\0\0" + b"\xff" * 12, mtime=0),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_file_that_is_no_idx_file_is_refused(tmp_path, content):
    (tmp_path / "f.gz").write_bytes(content)
    with pytest.raises(DataFileError, match=r"f\.gz (is damaged|is not an IDX file|should hold|has a shape)"):
        full_sets.read_idx(tmp_path / "f.gz")


class Server(BaseHTTPRequestHandler):
    """Answers that no honest server gives."""

    def do_GET(self):
        kind = self.path.split("/")[1].replace("%20", " ")
        if kind == "slow before it begins":
            self.trickle()
            return
        self.send_response(200)
        if kind == "announced":
            self.send_header("Content-Length", str(10**12))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"x" * 100)
            for _ in range(100) if kind == "endless" else ():
                self.wfile.write(b"x" * 1000)

            if kind == "slow":
                self.trickle()

    def trickle(self):
        """A byte now and then, until nobody listens any more."""
        with suppress(OSError):
            for _ in range(600):
                self.wfile.write(b"x")
                time.sleep(0.05)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("announced", "it has more than 5,000 bytes"),
        ("endless", "more than 5,000 bytes came"),
        ("other", "SHA256 hash .* does not match"),
    ],
)
def test_what_is_too_large_or_another_file_is_not_kept(server, kind, text, tmp_path, monkeypatch):
    monkeypatch.setattr(full_sets, "MOST", 5000)
    with pytest.raises(DataFileError, match=rf"(?s)a set could not be fetched \(.*{text}.*\); without a network do without"):
        full_sets.fetched_files("a set", f"{server}/{kind}/", {"f": "0" * 64}, tmp_path, "do without")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["slow", "slow before it begins"])
def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(server, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(full_sets, "PATIENCE", 0.5)
    with pytest.raises(DataFileError, match=r"sent [\d,]+ bytes in 0.5 seconds, and less than 1,000 a second"):
        full_sets.fetched_files("a set", f"{server}/{kind.replace(' ', '%20')}/", {"f": "0" * 64}, tmp_path, "do without")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("onward", "refused"), [("http://x.org/f", True), ("HTTP://x.org", True), ("https://x.org/f", False)]
)
def test_nothing_is_fetched_in_clear_text(onward, refused):
    answer = SimpleNamespace(url="https://example.org/f", headers={"location": onward})
    with pytest.raises(DataFileError, match="without encryption") if refused else nullcontext():
        full_sets._refuse_answer(answer)
