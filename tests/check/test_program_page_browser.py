"""Can the page of a program, and that of a class, be read in a real browser: on a phone, in either scheme, by anyone?

Screenshots are kept in the directory that ARTEFACTS names, if it names one.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from compare.check.checking import FileResult
from compare.check.gradebook import Gradebook
from tests.check import program_results as made

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install '.[browser]'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: pip install '.[browser]'")

PAGES = {
    "wrong": [made.TWO_READINGS],
    "notebook": [made.NOTEBOOK],
    "not-understood": [made.NOT_UNDERSTOOD],
    "class": [made.WRONG, made.RIGHT, made.NOTEBOOK, made.UNREADABLE, FileResult("part.py", missing=["mse"])],
}
WAYS = ((390, "light"), (1280, "dark"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no browser: install Debian's chromium, or name one in CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Open one of the pages in a width and a scheme, offline, with every detail open."""
    name, width, scheme = request.param
    path = tmp_path / f"{name}.html"
    grades = Gradebook(Console(quiet=True), html=path)
    for number, result in enumerate(PAGES[name]):
        grades.add(number, result)
    grades.write()
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(detail => detail.open = true)")
    if "ARTEFACTS" in os.environ:
        page.screenshot(path=Path(os.environ["ARTEFACTS"]) / f"check-{name}-{width}-{scheme}.png", full_page=True)
    yield page
    context.close()


EVERY = [(name, width, scheme) for name in PAGES for width, scheme in WAYS]
in_every_way = pytest.mark.parametrize("opened", EVERY, indirect=True, ids=lambda case: "-".join(map(str, case)))


@in_every_way
def test_nothing_reaches_beyond_the_page(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@in_every_way
def test_axe_finds_nothing_serious(opened: Any) -> None:
    found = axe.Axe().run(opened).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], node["html"]) for one in serious for node in one["nodes"]] == []


@pytest.mark.parametrize("opened", [("wrong", 1280, "light")], indirect=True)
def test_notes_stand_beside_their_line_and_on_a_phone_below_it(opened: Any) -> None:
    box = "(part => document.querySelector(`.line.wrong > ${part}`).getBoundingClientRect())"
    assert opened.evaluate(f"{box}('.notes').left >= {box}('code').right")
    opened.set_viewport_size({"width": 390, "height": 900})
    assert opened.evaluate(f"{box}('.notes').top >= {box}('code').bottom")
