"""What one does in JupyterLab, again and again."""

import os
import re
import shutil

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# anywidget complains of a picture that takes two seconds to begin, as on a busy machine: one that never comes is missed
HARMLESS = re.compile(r"favicon|Autofocus|net::ERR_INTERNET_DISCONNECTED|\[anywidget\] Failed to initialize model")
LOST_ERROR = "Error: widget model not found"
LOST = ".jp-OutputArea-output:has-text('Error displaying widget: model not found')"
WAITING = ".jp-OutputArea-output:has-text('Loading widget...')"


def chromium():
    """Where the browser is: the environment variable CHROMIUM, or one that is installed; None without any."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def new_page(browser, **options):
    """A page in a context of its own; MINIDL_SLOW=4 makes it four times as slow."""
    page = browser.new_page(**options)
    if slow := os.environ.get("MINIDL_SLOW"):
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": float(slow)})
    return page


def console_errors(page):
    """What the browser calls an error from now on. A lost picture is none any more once the page is loaded again."""
    errors = []

    def forget_what_was_lost(request):
        if request.is_navigation_request() and request.frame == page.main_frame:
            errors[:] = [e for e in errors if not e.startswith(LOST_ERROR)]

    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", forget_what_was_lost)
    return errors


def in_view(page, selector):
    """The first element, scrolled into view; JupyterLab draws cells when they come near.

    Where the connection to the kernel breaks in the moment in which JupyterLab restores saved widgets, it never does so:
    it says that it did not find them, or waits for good (jupyterlab_widgets 3.0.17 asks only the kernel after it connects
    again). Then the page is loaded again, as one would by hand.
    """
    page.click(".jp-Notebook .jp-Cell >> nth=0")
    for step in range(180):
        if page.locator(selector).count():
            return at_rest(page, page.locator(selector).first)
        if page.locator(LOST).count() or (step == 45 and page.locator(WAITING).count()):
            page.wait_for_timeout(1000)  # until every one of them has said so
            page.reload()
            page.click(".jp-Notebook .jp-Cell >> nth=0", timeout=90_000)
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(200)
    raise AssertionError(f"{selector} never came into view")


def at_rest(page, place):
    """An element, scrolled into view, when it no longer moves: cells above it that JupyterLab draws late push it down."""
    place.scroll_into_view_if_needed()
    seen = []
    for _ in range(300):
        page.wait_for_timeout(100)
        seen.append(place.bounding_box())
        if seen[-1] and seen[-5:] == 5 * seen[-1:]:
            return place
        if seen[-1] is None:  # drawn anew
            place.scroll_into_view_if_needed()
    raise AssertionError("it never came to rest")


def wait_until_idle(page, seconds=300):
    """Wait until no cell waits or runs, for two seconds on end."""
    quiet = 0
    for _ in range(seconds):
        page.wait_for_timeout(1000)
        waiting = page.locator(".jp-InputPrompt:text('[*]')").count()
        idle = page.locator("text=Python 3 (ipykernel) | Idle").count()
        quiet = quiet + 1 if idle and not waiting else 0
        if quiet == 2:
            return
    raise AssertionError(f"the notebook was still running after {seconds} seconds")


def run_all(page):
    """Run every cell, and wait."""
    wait_for(page, lambda: page.locator("text=Python 3 (ipykernel) | Idle").count(), 60)
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    wait_until_idle(page)


def run_cell(page, cell):
    """Run one cell, and wait until it has a new number."""
    number = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    wait_for(page, lambda: cell.locator(".jp-InputPrompt").inner_text() not in (number, "[*]:"))


def save(page):
    """Save the notebook, and wait until the server has it."""
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url) as saved:
        page.keyboard.press("Control+s")
    assert saved.value.ok


def restart(page):
    """Restart the kernel, and wait until it is there again."""
    page.click("text=Kernel >> nth=0")
    page.click("text=Restart Kernel…")
    with page.expect_response(lambda answer: answer.url.partition("?")[0].endswith("/restart")):
        page.click("button:has-text('Restart')")
    wait_until_idle(page)


def wait_for(page, condition, seconds=60):
    """Wait until `condition()` holds."""
    for _ in range(seconds * 10):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was waited for did not happen")
