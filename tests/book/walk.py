"""Walk through the built book in a real browser, from the disk: `python -m tests.book.walk [FOLDER]`.

First without the browser: no link leads nowhere, no page is heavy (`links.py`). Then every page is opened: no error in the
console, no request that leaves the folder, every picture alive, nothing wider than a phone. Then one picture of each kind is
driven and compared with its notebook (`driven.py`), and the boxes and the search are used.
"""

import sys
from pathlib import Path

from tests.book.driven import DRIVES, chosen
from tests.book.links import problems
from tests.browser.lab import FLAGS, chromium, new_page

WIDTHS = (375, 1920, 1280)  # the last one is that of the walk
SCROLL = """async () => {
  for (const button of document.querySelectorAll('.md-guess button')) if (button.textContent === 'Skip') button.click();
  for (const place of document.querySelectorAll('.md-picture')) {
    place.scrollIntoView();
    for (let k = 0; k < 1000 && place.dataset.alive !== 'yes'; k += 1) await new Promise((go) => setTimeout(go, 30));
  }
  return [...document.querySelectorAll('.md-picture')].filter((place) => place.dataset.alive !== 'yes').length;
}"""

NARROW = """[...document.querySelectorAll('.md-picture .md-stage > svg')]
  .map((svg) => Math.round(svg.getBoundingClientRect().width)).filter((width) => width && width < 100)"""

CUT = """[...document.querySelectorAll('.md-picture .md-stage')]
  .filter((stage) => getComputedStyle(stage).overflowY === 'hidden' && stage.scrollHeight > stage.clientHeight + 2)
  .map((stage) => stage.firstElementChild.getAttribute('aria-label'))"""

# What a screen reader would say wrongly: a button's name has the words that are seen on it, a slider says the value that is
# written beside it, and what the Tab key reaches is no mere image.
UNNAMED = """[...document.querySelectorAll('.md-widget :is(button, input, select, [tabindex])')].filter((one) => {
  const letters = (text) => text.replace(/[^\\p{L}\\p{N}]/gu, '').toLowerCase();
  const name = (one.getAttribute('aria-label') ?? one.textContent).trim();
  if (one.matches('button, [role=button]')) return !name || !letters(name).includes(letters(one.textContent));
  if (one.matches('input[type=range]')) {
    const value = one.closest('label').querySelector('.md-slider-value').textContent;
    return !name || one.getAttribute('aria-valuetext') !== value;
  }
  if (one.matches('[tabindex]')) return !name || ['img', null].includes(one.getAttribute('role'));
  return !one.labels.length && !name;
}).map((one) => one.outerHTML.slice(0, 120))"""


class Walk:
    """One browser, and what went wrong in it."""

    def __init__(self, browser, folder):
        self.folder, self.wrong = folder, []
        self.page = new_page(browser, viewport={"width": WIDTHS[-1], "height": 900})
        self.page.on("console", lambda message: message.type == "error" and self.note(message.text))
        self.page.on("pageerror", lambda error: self.note(str(error)))
        self.page.on("request", lambda request: self.leaving(request.url))

    def note(self, what):
        """Remember something that is wrong on this page."""
        self.wrong.append(f"{Path(self.page.url).name}: {what}")

    def leaving(self, url):
        """Note a request that leaves the folder."""
        if not url.startswith((self.folder.as_uri(), "data:", "blob:")):
            self.note(f"asks for {url}")

    def open(self, name):
        """Open a page of the book."""
        self.page.goto((self.folder / name).as_uri(), wait_until="load")

    def look(self, name):
        """Open a page at each width, and let every picture come to life."""
        self.open(name)
        if dead := self.page.evaluate(SCROLL):
            self.note(f"{dead} pictures are not alive")
        for control in self.page.evaluate(UNNAMED):
            self.note(f"has a control that a screen reader does not name as it is seen: {control}")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if narrow := self.page.evaluate(NARROW):
                self.note(f"has pictures of {narrow} pixels on a screen of {width}")
            if cut := self.page.evaluate(CUT):
                self.note(f"has pictures that are cut at their lower end on a screen of {width}: {cut}")
            if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > width:
                self.note(f"is {wide} pixels wide on a screen of {width}")

    def expect(self, what, held):
        """Note it when something does not hold."""
        if not held:
            self.note(f"expected: {what}")

    def drive(self):
        """Drive one picture of each kind."""
        for kind, (name, index, state) in chosen().items():
            self.open(name)
            self.page.evaluate(SCROLL)
            place = self.page.locator(f'.md-picture[data-widget="{kind}"]').nth(index)
            for told, right in DRIVES[kind](place, state):
                self.expect(f"what {kind} says is what its notebook has ({told!r})", right)

    def use(self):
        """Use the boxes and the search."""
        page = self.page
        self.open("chapters/03_forward.html")
        hidden = page.locator(".md-awaits")
        before = hidden.count()
        page.locator(".md-guess input").first.fill("90")
        page.get_by_role("button", name="Keep my guess").first.click()
        self.expect("a guess opens the output that answers it", hidden.count() == before - 1)
        self.open("chapters/10_training_well.html")
        answered = page.locator(".tag_awaits-ch10-p4")
        hides = lambda: "md-awaits" in answered.get_attribute("class")
        for name in ("Run A", "Run B", "Run C", "Run D"):
            self.expect(f"an output that answers several guesses waits for that of {name}, too", hides())
            page.locator(f'.md-guess:has-text("{name}")').get_by_role("button", name="Skip").click()
        self.expect("an output opens after the last of the guesses that it answers", not hides())
        self.open("chapters/12_convolution.html")
        box = page.locator('.md-exercise:has-text("ch12.ex2")')
        for answer, right in (("4608", False), ("4,640", True)):
            box.locator("input").fill(answer)
            box.get_by_role("button", name="Check").click()
            self.expect(f"{answer} is {right}", box.locator(".md-box-said").text_content().startswith("✓") == right)
        self.open("index.html")
        page.locator("input.sidebar-search").fill("momentum")
        page.locator("input.sidebar-search").press("Enter")
        page.locator("#search-results li").nth(2).wait_for()  # they come one by one


def main(folder="build/book"):
    """Walk; 1 when something is wrong."""
    from playwright.sync_api import sync_playwright

    folder = Path(folder).resolve()
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    if not pages:
        print(f"There is no book in {folder}: make book")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        walk = Walk(browser, folder)
        walk.wrong += problems(folder)
        for name in pages:
            walk.look(name)
        walk.page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
        walk.drive()
        walk.use()
        browser.close()
    print(*walk.wrong, sep="\n")
    print(f"{len(pages)} pages walked, {len(walk.wrong)} things wrong.")
    return int(bool(walk.wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
