"""Files are written whole or not at all, and nothing but the file changes."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import minidl as md
import minidl.audio
import minidl.vision.io
from minidl.system import files
from minidl.system.files import NotAFileError, check_writable, locked, read_whole, write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes, links, pipes or locks")
not_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")


def mode(path):
    return path.stat().st_mode & 0o777


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_file_is_written_and_replaced_and_nothing_else_is_there(tmp_path):
    for content in (b"first", b"", b"second"):
        write_atomically(tmp_path / "f", content)
        assert (tmp_path / "f").read_bytes() == content
    assert os.listdir(tmp_path) == ["f"]


@posix
@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_usual_permissions(tmp_path, umask, expected, usual_umask):
    os.umask(umask)
    write_atomically(tmp_path / "f", b"")
    assert mode(tmp_path / "f") == expected


@posix
@pytest.mark.parametrize("own", [0o600, 0o640, 0o755, 0o666])
def test_a_file_that_is_there_keeps_its_permissions(tmp_path, own, usual_umask):
    (tmp_path / "f").write_bytes(b"")
    (tmp_path / "f").chmod(own)
    write_atomically(tmp_path / "f", b"new")
    assert mode(tmp_path / "f") == own


@posix
def test_the_content_of_a_private_file_is_never_readable_for_others(tmp_path, monkeypatch, usual_umask):
    (tmp_path / "f").write_bytes(b"")
    (tmp_path / "f").chmod(0o600)
    seen = []
    monkeypatch.setattr(files.os, "fsync", lambda _: seen.extend(mode(p) for p in tmp_path.iterdir()))
    write_atomically(tmp_path / "f", b"secret")
    assert set(seen) == {0o600}


@posix
def test_the_umask_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("another thread could create a file now"))
    write_atomically(tmp_path / "f", b"")


@posix
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "f").write_bytes(b"old")
    (tmp_path / "chain").symlink_to("far/f")
    (tmp_path / "link").symlink_to("chain")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "f").read_bytes() == b"new"
    (tmp_path / "dangling").symlink_to("far/g")
    write_atomically(tmp_path / "dangling", b"made")
    assert (tmp_path / "far" / "g").read_bytes() == b"made"
    assert sorted(os.listdir(tmp_path / "far")) == ["f", "g"]


@posix
def test_a_symbolic_link_to_itself_is_an_error_and_stays(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop"):
        write_atomically(tmp_path / "loop", b"")
    assert (tmp_path / "loop").is_symlink()


@posix
def test_what_is_no_file_is_refused_in_a_sentence_and_stays(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "socket"))
        for path, kind in [
            (tmp_path / "pipe", "a pipe"),
            (tmp_path / "link", "a pipe"),
            (tmp_path / "folder", "a folder"),
            (tmp_path / "socket", "a socket"),
            ("/dev/null", "a device"),
            ("/dev/full", "a device"),
        ]:
            if os.path.exists(path):
                with pytest.raises(NotAFileError, match=f"{path} is {kind}, and no file could be written there"):
                    write_atomically(path, b"x")
    assert sorted(os.listdir(tmp_path)) == ["folder", "link", "pipe", "socket"]


@pytest.mark.parametrize("path", ["", "new/"])
def test_a_path_without_a_name_is_refused_and_nothing_is_written(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for write in (lambda: write_atomically(path, b"x"), lambda: check_writable(path)):
        with pytest.raises(NotAFileError, match=f"'{path}' names no file: give a name after the folder"):
            write()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("length", [246, 250, 255])
def test_names_may_be_as_long_as_names_can_be(tmp_path, length):
    write_atomically(tmp_path / ("n" * length), b"x")
    assert os.listdir(tmp_path) == ["n" * length]


@pytest.mark.parametrize("name", ["-", "a b", "ä", "[b]", "%s", "new\nline"])
def test_names_may_be_odd(tmp_path, name):
    if os.name == "nt" and "\n" in name:
        pytest.skip("Windows has no such names")
    write_atomically(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"


def test_errors_name_the_file_that_was_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        write_atomically(tmp_path / "nowhere" / "f", b"")
    assert error.value.filename == str(tmp_path / "nowhere" / "f")
    with pytest.raises(OSError, match="name"):
        write_atomically(tmp_path / ("n" * 300), b"")
    assert os.listdir(tmp_path) == []


@posix
@not_root
def test_a_read_only_file_and_a_read_only_folder_are_refused(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o444)
    with pytest.raises(PermissionError, match="read-only"):
        write_atomically(tmp_path / "f", b"new")
    (tmp_path / "folder").mkdir(mode=0o555)
    with pytest.raises(PermissionError):
        write_atomically(tmp_path / "folder" / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"


@pytest.mark.parametrize("fails", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_after_a_failure_the_old_file_is_there_and_nothing_else(tmp_path, monkeypatch, fails, error):
    (tmp_path / "f").write_bytes(b"old")

    def fail(*arguments):
        raise error

    monkeypatch.setattr(files.os, fails, fail)
    with pytest.raises(type(error)):
        write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


@posix
def test_file_and_folder_reach_the_disk(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(files.os, "fsync", lambda handle: synced.append(os.path.isdir(f"/proc/self/fd/{handle}")))
    write_atomically(tmp_path / "f", b"x")
    assert len(synced) == 2


def test_it_can_be_found_out_beforehand_and_leaves_nothing(tmp_path):
    check_writable(tmp_path / "f")
    assert os.listdir(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        check_writable(tmp_path / "nowhere" / "f")
    with pytest.raises(NotAFileError, match="is a folder"):
        check_writable(tmp_path)


# Kills


WRITER = """
import sys
from minidl.system.files import write_atomically
print("ready", flush=True)
k = 0
while True:
    k += 1
    write_atomically(sys.argv[1], bytes([k % 251]) * 200_000)
"""


@posix
def test_a_writer_that_is_killed_leaves_a_whole_file_and_what_it_left_is_cleared_away(tmp_path):
    rng = random.Random(0)
    left = 0
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "f")], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(rng.uniform(0.005, 0.1))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        if (tmp_path / "f").exists():
            content = (tmp_path / "f").read_bytes()
            assert content == content[:1] * 200_000
        left += len(os.listdir(tmp_path)) - 1
    write_atomically(tmp_path / "f", b"x")
    assert os.listdir(tmp_path) == ["f"], f"{left} were left on the way"


@posix
def test_what_somebody_writes_just_now_is_not_cleared_away(tmp_path):
    handle, temporary = files._temporary(tmp_path / "g", None)
    write_atomically(tmp_path / "f", b"x")
    assert temporary.exists()
    os.close(handle)  # as the system does for a process that was killed
    write_atomically(tmp_path / "f", b"x")
    assert os.listdir(tmp_path) == ["f"]


@posix
def test_a_file_that_is_cleared_away_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    flock, taken = files.fcntl.flock, []

    def clear_first(handle, flags):
        if not taken:
            path = next(tmp_path.iterdir())
            taken.append((path, os.open(path, os.O_RDONLY)))
            flock(taken[0][1], flags)
        flock(handle, flags)

    monkeypatch.setattr(files.fcntl, "flock", clear_first)
    handle, temporary = files._temporary(tmp_path / "f", None)
    assert list(tmp_path.iterdir()) == [temporary]
    assert temporary != taken[0][0]
    os.close(handle)
    os.close(taken[0][1])


@posix
def test_only_our_own_forgotten_files_are_cleared_away(tmp_path):
    os.mkfifo(tmp_path / ".minidl-pipe.tmp")
    (tmp_path / ".minidl-link.tmp").symlink_to("elsewhere")
    (tmp_path / ".minidl-course.json").write_bytes(b"")
    write_atomically(tmp_path / "f", b"x")
    assert sorted(os.listdir(tmp_path)) == [".minidl-course.json", ".minidl-link.tmp", ".minidl-pipe.tmp", "f"]


def test_many_threads_write_the_same_file(tmp_path):
    contents = [bytes([k]) * 50_000 for k in range(8)]

    def write(content):
        for _ in range(10):
            write_atomically(tmp_path / "f", content)

    with ThreadPoolExecutor(len(contents)) as pool:
        writers = [pool.submit(write, content) for content in contents]
        while not all(writer.done() for writer in writers):
            assert not (tmp_path / "f").exists() or (tmp_path / "f").read_bytes() in contents
    assert [writer.result() for writer in writers] == [None] * len(contents)
    assert os.listdir(tmp_path) == ["f"]


COUNTER = """
import pathlib, sys
from minidl.system.files import locked, write_atomically
file = pathlib.Path(sys.argv[1])
for _ in range(50):
    with locked(file.parent):
        write_atomically(file, str(int(file.read_bytes()) + 1).encode())
"""


@posix
def test_a_locked_folder_loses_no_change(tmp_path):
    (tmp_path / "n").write_bytes(b"0")
    counters = [subprocess.Popen([sys.executable, "-c", COUNTER, str(tmp_path / "n")]) for _ in range(3)]
    assert [counter.wait() for counter in counters] == [0, 0, 0]
    assert (tmp_path / "n").read_bytes() == b"150"


@posix
def test_a_lock_that_somebody_holds_for_long_is_not_waited_for(tmp_path):
    with locked(tmp_path), locked(tmp_path, seconds=0.05):
        pass


READERS = {
    "load": md.load,
    "import_onnx": md.interop.import_onnx,
    "audio.load": md.audio.load,
    "read_image": md.vision.io.read_image,
    "Vocabulary.load": md.text.Vocabulary.load,
    "BytePairs.load": md.text.BytePairs.load,
}


@posix
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_nobody_reads_for_ever_from_what_is_no_file(tmp_path, reader, kind):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises((md.errors.MinidlError, OSError), match=f"is a {kind}, and no file"):
        READERS[reader](path if kind == "pipe" else "/dev/zero")


def test_a_whole_file_is_read_and_a_missing_one_is_named(tmp_path):
    (tmp_path / "some").write_bytes(b"\x00 all")
    assert read_whole(tmp_path / "some") == b"\x00 all"
    with pytest.raises(FileNotFoundError, match="missing"):
        read_whole(tmp_path / "missing")
