"""`minidl demo` trains in the terminal and writes one page that needs nothing else."""

import re

import pytest

from minidl.cli import main


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
    assert 'aria-label="Loss curve: test loss is lowest' in page
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


def test_a_page_that_cannot_be_written_is_refused_before_training(tmp_path, capsys):
    assert main(["demo", "--output", str(tmp_path / "nowhere" / "page.html")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    assert main(["demo", "--output", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err


def test_damaged_data_is_said_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "digits").mkdir(parents=True)
    (tmp_path / "data" / "digits" / "digits.npz").write_bytes(b"PK not a zip file")
    monkeypatch.setattr("minidl.data.bundled.folder", lambda name: tmp_path)
    assert main(["demo", "--output", str(tmp_path / "page.html")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "digits.npz is damaged" in error
    assert not (tmp_path / "page.html").exists()
