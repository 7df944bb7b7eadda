"""JupyterLab speaks what a learner's model translated."""

import pytest

from minidl.course import write_language_pack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    """What `minidl lab --language` says, of a folder with a small language pack."""
    folder = tmp_path_factory.mktemp("language")
    write_language_pack({"File": "文件", "Edit": "编辑", "New": "新建"}, folder / "mine")
    with serve(folder / "course", "--language", str(folder / "mine")) as said:
        yield said


def test_jupyterlab_speaks_the_language_pack_of_a_folder(open_page, address):
    page = open_page(address)
    menus = page.locator("#jp-MainMenu .lm-MenuBar-itemLabel")
    assert menus.all_inner_texts()[:3] == ["文件", "编辑", "View"]
    menus.first.click()
    page.locator(".lm-Menu-itemLabel", has_text="新建").first.wait_for()
