"""Draw the moving pictures of the README: python assets/pictures/animate.py

It uses the playground of the built book (`make book`) and a film of a backward pass in a real browser, and keeps what was
seen, a frame at a time.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import minidl as md
from tests.browser.lab import FLAGS, chromium

HERE = Path(__file__).parent
BOOK = HERE.parents[1] / "build" / "book"
WIDTH = 720  # pixels of a frame


def frame(place):
    """What is to be seen of an element now."""
    picture = Image.open(io.BytesIO(place.screenshot())).convert("RGB")
    return picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.LANCZOS)


def save(name, frames, pause):
    """Write an animated WebP; all frames get the size of the largest."""
    tall = max(picture.height for picture in frames)
    ground = [Image.new("RGB", (WIDTH, tall), "white") for _ in frames]
    for sheet, picture in zip(ground, frames, strict=True):
        sheet.paste(picture)
    ground[0].save(HERE / name, save_all=True, append_images=ground[1:], duration=pause, loop=0, quality=60, method=6)


def playground(page):
    """A network learns the moons."""
    page.goto((BOOK / "index.html").as_uri())
    page.wait_for_selector('.md-picture[data-alive="yes"]')
    place = page.locator(".md-picture .md-widget").first
    page.get_by_role("button", name="Reset: Begin anew").first.click()
    page.wait_for_timeout(300)
    frames = [frame(place)]
    for _ in range(28):
        for _ in range(4):
            page.get_by_role("button", name="One step").first.click()
            page.wait_for_timeout(40)
        frames.append(frame(place))
    save("playground.webp", [*frames, *[frames[-1]] * 6], 160)


def film(page):
    """Forward and backward, step by step, where two branches meet."""
    a, b = md.tensor(2.0, requires_grad=True), md.tensor(-3.0, requires_grad=True)
    with tempfile.TemporaryDirectory() as folder:
        page.goto(md.viz.steps((a * b + a) ** 2).save(Path(folder) / "steps.html").as_uri())
        place = page.locator(".md-steps-widget")
        frames = []
        for _ in range(place.locator("input[type=range]").evaluate("slider => Number(slider.max)") + 1):
            page.wait_for_timeout(300)
            frames.append(frame(place))
            place.get_by_role("button", name="Step forward").click()
    save("steps.webp", [*frames, *[frames[-1]] * 2], 1600)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, device_scale_factor=1)
        playground(page)
        film(page)
        browser.close()
