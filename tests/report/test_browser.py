"""Does the page work in a real browser, from disk, with no network: draw, load, slide, read?

Screenshots are kept in the directory that ARTEFACTS names, if it names one.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.core.checks import Batch, bounds_of
from compare.core.frameworks import scratch_framework
from compare.report.predictions import predictions_of
from scratch.datasets import Dataset
from tests.report.comparisons import EPOCHS, comparison_on, comparison_on_digits, written

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install '.[browser]'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe: pip install '.[browser]'")

WIDTHS = {"desktop": 1280, "phone": 390}
SCHEMES = ("light", "dark")
MNIST_ROWS, MNIST_EPOCHS = 20_000, 3


def executable() -> str | None:
    """Find a Chromium."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = executable()
    if path is None:
        pytest.skip("no browser: install Debian's chromium, or name one in CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(comparison_on_digits(), tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def mnist_report(mnist: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    comparison = comparison_on(mnist, epochs=MNIST_EPOCHS, train_size=MNIST_ROWS)
    return written(comparison, tmp_path_factory.mktemp("mnist"))


class Opened:
    """A page in an offline browser, and everything that it complained about or asked for."""

    def __init__(self, browser: Any, path: Path, **context: Any) -> None:
        self.context = browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}} | context)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def ask(self, code: str, argument: Any = None) -> Any:
        return self.page.evaluate(code, argument)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def pixels(self, canvas: str) -> list[int]:
        code = """id => {
            const { width, height } = document.getElementById(id);
            return Array.from(document.getElementById(id).getContext("2d").getImageData(0, 0, width, height).data);
        }"""
        return list(self.ask(code, canvas))

    def draw(self, *strokes: list[tuple[float, float]]) -> None:
        """Draw with the mouse; points are shares of the canvas."""
        self.page.locator("#pad").scroll_into_view_if_needed()
        box = self.page.locator("#pad").bounding_box()
        mouse = self.page.mouse
        for stroke in strokes:
            for number, (x, y) in enumerate(stroke):
                mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4 if number else 1)
                if not number:
                    mouse.down()
            mouse.up()


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Opened]:
    page = Opened(browser, report)
    yield page
    page.context.close()


def data_of(report: Path) -> dict[str, Any]:
    """Read the numbers that the page carries, as a browser would."""
    text = (
        report.read_text(encoding="utf-8").split('<script type="application/json" id="data">')[1].split("</script>")[0]
    )
    data: dict[str, Any] = json.loads(text)
    return data


def array(packed: dict[str, str]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed["bytes"]), packed["type"])


# A five as most people write it: the belly in one stroke, the roof in another
BELLY = [
    (0.36, 0.2),
    (0.33, 0.45),
    (0.45, 0.4),
    (0.58, 0.42),
    (0.67, 0.52),
    (0.68, 0.65),
    (0.6, 0.77),
    (0.46, 0.8),
    (0.3, 0.75),
]
ROOF = [(0.36, 0.2), (0.5, 0.19), (0.68, 0.18)]
# A nought
RING = [(0.5 + 0.2 * np.sin(turn), 0.5 - 0.32 * np.cos(turn)) for turn in np.linspace(0, 2 * np.pi, 30)]


def test_it_opens_without_a_word_in_the_console_and_asks_for_nothing(opened: Opened, report: Path) -> None:
    opened.page.mouse.wheel(0, 20_000)
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    assert {url for url in opened.requests if not url.startswith("data:")} == {report.as_uri()}


def test_a_page_that_asks_for_something_is_caught(browser: Any, report: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(report.read_text().replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'))
    page = Opened(browser, spoiled)
    assert any("Content Security Policy" in complaint for complaint in page.complaints)
    page.context.close()


@pytest.mark.parametrize("which", ["report", "mnist_report"])
def test_the_page_s_answers_are_numpy_s_to_rounding(browser: Any, which: str, request: pytest.FixtureRequest) -> None:
    """Each image is loaded by a click, as its reader would; NumPy computes from the weights that the page carries."""
    report: Path = request.getfixturevalue(which)
    page, data = Opened(browser, report), data_of(report)
    count = len(data["images"]["labels"])
    assert count >= 50
    shown = page.ask("""() => Array.from(document.querySelectorAll("#gallery input"), (choice) => {
        choice.click();
        return { ...document.getElementById("a").dataset };
    })""")
    assert len(shown) == count

    size = int(np.prod(data["shape"]))
    W, b = array(data["W"]).reshape(-1, size)[-1:].T.copy(), array(data["b"])[-1:]
    x = array(data["images"]["pixels"]).reshape(count, *data["shape"]).astype(data["type"]) / data["peak"]
    comparison = comparison_on_digits()
    framework, config = scratch_framework(), comparison.config
    batch = Batch(x.astype("float32"), np.zeros(count, bool), [W, b])
    model = framework.build(config, x.shape[1:], batch.weights)
    allowed = bounds_of(framework, config, batch)
    z, a = (
        framework.build(config, x.shape[1:], batch.weights, activation="linear").predict(batch.X),
        model.predict(batch.X),
    )
    for name, expected in (("z", z), ("a", a)):
        found = np.array([float(numbers[name]) for numbers in shown])
        difference = np.abs(found - expected[:, 0])
        assert (difference <= allowed[name].tolerance[:, 0]).all()
        assert difference.max() < 1e-5  # the bound is the worst case; rounding is far from it
    assert f"on {count} of these {count} images this page's answer is NumPy's" in page.text("#check")
    page.context.close()


def test_wrong_arithmetic_in_the_page_is_announced(browser: Any, report: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(report.read_text().replace("z = rounded(z + weights.b);", "z = rounded(z);"))
    page = Opened(browser, spoiled)
    assert "on 0 of these 60 images" in page.text("#check")
    assert page.page.get_attribute("#check", "class") == "bad"
    page.context.close()


def test_the_slider_moves_through_the_epochs(opened: Opened) -> None:
    weights = {}
    for place, expected in enumerate(["before training", *(f"after epoch {n}" for n in range(1, EPOCHS + 1))]):
        opened.page.locator("#epoch").fill(str(place))
        assert opened.text("#weights-epoch").startswith(expected)
        weights[place] = tuple(opened.pixels("weights-image"))
    assert len(set(weights.values())) == EPOCHS + 1


def test_the_slider_moves_by_the_keyboard(opened: Opened) -> None:
    opened.page.locator("#epoch").focus()
    opened.page.keyboard.press("Home")
    assert opened.text("#weights-epoch").startswith("before training")
    opened.page.keyboard.press("ArrowRight")
    assert opened.text("#weights-epoch").startswith("after epoch 1")


def test_white_is_zero_and_blue_speaks_for_it(opened: Opened, report: Path) -> None:
    data = data_of(report)
    W = array(data["W"]).reshape(-1, 64)[-1]
    painted = np.array(opened.pixels("weights-image")).reshape(64, 4)
    most, least = painted[W.argmax()], painted[W.argmin()]
    assert most[2] > most[0]  # more blue than red
    assert least[0] > least[2]
    assert painted[np.abs(W).argmin()][:3].min() > 225


def test_a_stroke_is_answered_while_it_is_drawn(opened: Opened) -> None:
    assert opened.text("#word") == "draw something"
    opened.draw(BELLY, ROOF)
    assert opened.text("#word") in ("five", "not five")
    z, a = (float(opened.ask(f"document.getElementById('a').dataset.{name}")) for name in "za")
    assert a == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-6)
    assert opened.complaints == []  # before this test reads the canvas, of which the browser complains
    assert min(opened.pixels("input-image")) < 64  # ink
    assert len(set(opened.pixels("shares"))) > 2
    opened.page.locator("#clear").click()
    assert opened.text("#word") == "draw something"
    assert set(opened.pixels("input-image")) == {0}


def test_a_finger_draws_too(browser: Any, report: Path) -> None:
    page = Opened(browser, report, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    page.page.locator("#pad").scroll_into_view_if_needed()
    page.page.locator("#pad").tap()
    assert page.text("#word") in ("five", "not five")
    assert page.complaints == []
    page.context.close()


def test_where_and_how_large_one_draws_does_not_matter(opened: Opened) -> None:
    opened.draw(BELLY, ROOF)
    first = np.array(opened.pixels("input-image"))
    opened.page.locator("#clear").click()
    smaller = [[(0.5 + 0.5 * x, 0.1 + 0.5 * y) for x, y in stroke] for stroke in (BELLY, ROOF)]
    opened.draw(*smaller)
    again = np.array(opened.pixels("input-image"))
    # the mouse moves in whole pixels: a few hundredths of the pen's width, which greys the edges differently
    assert np.abs(first - again).mean() < 8


def test_an_image_is_loaded_by_the_keyboard(opened: Opened, report: Path) -> None:
    first = opened.page.locator("#gallery input").first
    first.focus()
    opened.page.keyboard.press("Space")
    numbers = data_of(report)["images"]["numbers"]
    assert opened.text("#about").startswith(f"Image {numbers[0]} ")
    opened.page.keyboard.press("ArrowRight")
    assert opened.text("#about").startswith(f"Image {numbers[1]} ")
    opened.draw(BELLY)
    assert opened.text("#about") == "Your drawing."
    assert opened.page.locator("#gallery input:checked").count() == 0


def test_a_five_drawn_with_the_mouse_is_answered_five(browser: Any, mnist_report: Path) -> None:
    page = Opened(browser, mnist_report)
    page.draw(BELLY, ROOF)
    assert page.text("#word") == "five"
    page.page.locator("#clear").click()
    page.draw(RING)
    assert page.text("#word") == "not five"
    page.context.close()


def test_a_drawing_is_placed_as_mnist_places_its_digits(browser: Any, mnist_report: Path) -> None:
    page = Opened(browser, mnist_report)
    page.draw(BELLY, ROOF)
    ink = 255 - np.array(page.pixels("input-image")).reshape(28, 28, 4)[..., 0]
    rows, columns = np.flatnonzero((ink > 16).any(1)), np.flatnonzero((ink > 16).any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (20, 21)  # a drawing may begin in the middle of a pixel
    where = np.arange(28) + 0.5
    # moved by whole pixels, so the centre of mass is within half of one
    assert abs((ink.sum(1) * where).sum() / ink.sum() - 14) <= 0.6
    assert abs((ink.sum(0) * where).sum() / ink.sum() - 14) <= 0.6
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(browser: Any, report: Path, width: str, scheme: str) -> None:
    page = Opened(browser, report, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    page.page.locator("#gallery label").first.click()
    found = axe.Axe().run(page.page).response["violations"]
    serious = [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")
    ]
    assert not serious
    if directory := os.environ.get("ARTEFACTS"):
        page.page.add_style_tag(content="nav.contents { position: static !important }")
        page.page.screenshot(path=Path(directory) / f"report-{width}-{scheme}.png", full_page=True)
    page.context.close()


def test_axe_would_find_something(browser: Any, report: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(
        report.read_text().replace("--muted: #566070", "--muted: #c0c0c0").replace("<img ", "<img data-x ")
    )
    page = Opened(browser, spoiled)
    found = {one["id"] for one in axe.Axe().run(page.page).response["violations"]}
    assert "color-contrast" in found
    page.context.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_is_wider_than_the_screen(browser: Any, report: Path, width: int) -> None:
    page = Opened(browser, report, viewport={"width": width, "height": 800})
    assert page.ask("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_it_is_set_for_paper(opened: Opened) -> None:
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.ask("getComputedStyle(document.documentElement).getPropertyValue('--paper')") == "#fdfcfa"
    assert not opened.page.locator("nav.contents").is_visible()
    assert opened.page.locator("#proof table").first.is_visible()


def test_a_run_that_overflows_has_a_page_without_the_drawing(browser: Any, digits: Dataset, tmp_path: Path) -> None:
    comparison = comparison_on(digits, epochs=1, pixels="raw", activation="linear")
    assert not predictions_of(comparison).finite
    page = Opened(browser, written(comparison, tmp_path))
    assert "no finite numbers" in page.text("#draw")
    assert page.page.locator("#pad").count() == 0
    assert page.complaints == []
    page.context.close()
