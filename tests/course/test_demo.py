"""`minidl demo` trains in the terminal and writes one page that needs nothing else."""

import io
import os
import re

import pytest

from minidl.cli import main
from minidl.data import digits
from minidl.data.bundled import Digits


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    from contextlib import redirect_stdout
    from io import StringIO

    folder, out = tmp_path_factory.mktemp("demo"), StringIO()
    with redirect_stdout(out):
        assert main(["demo", "--epochs", "2", "--output", str(folder / "page.html")]) == 0
    return out.getvalue(), (folder / "page.html").read_text(encoding="utf-8"), list(folder.iterdir())


def test_the_network_learns(run):
    accuracies = [float(a) for a in re.findall(r"unseen digits (\d+\.\d)%", run[0])]
    assert len(accuracies) == 2
    assert 85 < accuracies[0] < accuracies[1]


def test_the_page_has_graph_loss_curve_and_gradient_flow(run):
    page = run[1]
    assert "cross_entropy" in page
    assert 'aria-label="Loss curve: validation loss is lowest' in page
    assert 'aria-label="Gradient flow: gradients ' in page


def test_the_page_is_self_contained(run):
    links = re.findall(r'(?:src|href)="([^"#]+)"|url\(([^)#]+)\)|from "([^"]+)"', run[1])
    assert all("".join(found).startswith("data:") for found in links)


def test_nothing_but_the_page_is_left_behind(run):
    assert [path.name for path in run[2]] == ["page.html"]


@pytest.mark.parametrize("epochs", ["0", "-1", "many"])
def test_a_number_of_epochs_that_makes_no_sense_is_refused(epochs, capsys):
    with pytest.raises(SystemExit):
        main(["demo", "--epochs", epochs])
    assert "--epochs" in capsys.readouterr().err


@pytest.fixture
def untrained(monkeypatch):
    """Training must not begin."""
    monkeypatch.setattr("minidl.course.demo.digits", lambda: pytest.fail("training began"))


def refused(output, capsys):
    assert main(["demo", "--output", str(output)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("minidl: the page cannot be written")
    assert error.count("\n") == 1
    return error


def test_a_page_that_cannot_be_written_is_refused_before_training(tmp_path, capsys, untrained):
    assert "there is no folder" in refused(tmp_path / "nowhere" / "page.html", capsys)
    assert "is a folder" in refused(tmp_path, capsys)
    (tmp_path / "file").write_text("")
    assert "Not a directory" in refused(tmp_path / "file" / "page.html", capsys)
    if os.name == "posix":
        assert "is a device" in refused("/dev/null", capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_written_to_is_said_before_training(tmp_path, capsys, untrained, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("minidl.system.files.os.open", refuse)
    assert "Permission denied" in refused(tmp_path / "page.html", capsys)


def test_a_folder_may_have_an_odd_name(tmp_path, capsys, monkeypatch):
    few = [Digits(*part[:128]) for part in digits()]
    monkeypatch.setattr("minidl.course.demo.digits", lambda: few)
    monkeypatch.setattr("minidl.course.demo.VALIDATION", 64)
    (tmp_path / "[").mkdir()
    assert main(["demo", "--epochs", "1", "--output", str(tmp_path / "[" / "b]page.html")]) == 0
    assert "[/b]page.html" in capsys.readouterr().out.replace("\n", "")


def test_damaged_data_is_said_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "digits").mkdir(parents=True)
    (tmp_path / "data" / "digits" / "digits.npz").write_bytes(b"PK not a zip file")
    monkeypatch.setattr("minidl.data.bundled.folder", lambda name: tmp_path)
    assert main(["demo", "--output", str(tmp_path / "page.html")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "digits.npz is damaged" in error
    assert not (tmp_path / "page.html").exists()


def test_an_error_moves_no_cursor_of_the_terminal(tmp_path, capsys):
    assert main(["demo", "--output", str(tmp_path / "\x1b[31m" / "page.html")]) == 1
    error = capsys.readouterr().err
    assert r"there is no folder" in error
    assert r"\x1b[31m" in error
    assert "\x1b" not in error


def test_a_table_is_shown_where_its_characters_are_not_known(monkeypatch, tmp_path):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("MINIDL_PROGRESS", str(tmp_path / "\udc80.json"))
    assert main(["progress"]) == 0
    out.flush()
    assert b"Next:" in out.buffer.getvalue()
