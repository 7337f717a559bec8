"""Does the report say what the run found, for any run, whatever its data are called?"""

import json
import re
import subprocess
import sys
from copy import copy
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.cli import BAD_INPUT, MATCHED, main
from compare.common.errors import BadInput
from compare.core.config import Config
from compare.report.page import command_of, picture, prose, write_report
from scratch.datasets import Dataset
from tests.report.comparisons import EPOCHS, comparison_on, comparison_on_digits, written


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(comparison_on_digits(), tmp_path_factory.mktemp("report")).read_text(encoding="utf-8")


class Page(HTMLParser):
    """Every element's name and attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_it_says_the_verdict_and_the_numbers_that_carry_it(html: str) -> None:
    comparison, text = comparison_on_digits(), Page(html).text
    assert comparison.verdict
    assert comparison.verdict.sentence[1:] in text
    assert "They match" in text
    for side in ("keras", "scratch"):
        assert f"{comparison.runs[side].history['val_accuracy'][-1]:.4f}" in text
    assert f"{comparison.rows.baseline['validation']:.4f}" in text
    assert "0 of 1,797" in text
    assert "digits, 1,437 images to learn from and 360 held back, from scikit-learn's bundled load_digits()" in text


def test_every_figure_has_a_text_alternative(html: str) -> None:
    elements = Page(html).elements
    figures = [attributes for tag, attributes in elements if tag == "svg"]
    assert len(figures) == 10
    for attributes in (*figures, *(a for tag, a in elements if tag == "canvas" and "aria-hidden" not in a)):
        assert attributes.get("role") == "img" or attributes["id"] == "scale"
    assert all(attributes["aria-label"] for attributes in figures)
    assert all(attributes["alt"] for tag, attributes in elements if tag == "img")


def test_every_id_is_there_once_and_every_link_leads_somewhere(html: str) -> None:
    elements = Page(html).elements
    found = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(found) == len(set(found))
    wanted = {str(a["href"])[1:] for tag, a in elements if tag == "a" and str(a["href"]).startswith("#")}
    assert wanted <= set(found)
    assert {"curves", "math", "weights", "answers", "draw", "proof"} <= wanted


def test_it_is_one_small_file(html: str) -> None:
    assert len(html.encode()) < 1_000_000
    assert not re.search(r"""(?:src|href|url\()=?["']?(?:https?:)?//""", html)


def test_ladder_recipe_environment_and_command_are_there(html: str) -> None:
    comparison, text = comparison_on_digits(), Page(html).text
    for rung in comparison.checks:
        assert rung.rung in text
    assert text.count(" holds") == len(comparison.checks)
    assert "learning rate 0.1" in text
    assert f"numpy {np.__version__}" in text
    assert f"python -m compare --epochs {EPOCHS}" in text


@pytest.mark.parametrize(
    ("config", "dataset", "command"),
    [
        (Config(), "auto", "python -m compare"),
        (Config(epochs=3, digit=4), "mnist", "python -m compare --dataset mnist --digit 4 --epochs 3"),
        (Config(optimizer="adam"), "auto", "python -m compare --optimizer adam"),
        (Config(momentum=0.5, nesterov=True), "auto", "python -m compare --momentum 0.5 --nesterov"),
        (Config(train_size=100), "auto", "python -m compare --train-size 100"),
    ],
)
def test_the_command_makes_the_run_again(config: Config, dataset: str, command: str) -> None:
    assert command_of(config, dataset, None) == command


def test_the_command_names_a_directory_elsewhere_without_its_place() -> None:
    assert command_of(Config(), "auto", Path("/home/ada/my data")) == "python -m compare --data 'my data'"
    assert command_of(Config(), "auto", Path("../data")) == "python -m compare --data ../data"


def test_a_page_that_is_shared_does_not_tell_where_its_maker_keeps_the_data(
    digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "ada's home"
    home.mkdir()
    arrays = {"x_train": digits.x_train, "y_train": digits.y_train, "x_test": digits.x_test, "y_test": digits.y_test}
    np.savez(home / "mnist.npz", **{name: array[:300] for name, array in arrays.items()})  # type: ignore[arg-type]
    arguments = ["--dataset", "mnist", "--data", str(home), "--epochs", "1", "--quiet", "--out", str(tmp_path)]
    main(arguments)
    main(["guide", *arguments[:4], "--html", str(tmp_path / "guide.html")])
    for name in ("report.html", "guide.html"):
        page = Page((tmp_path / name).read_text(encoding="utf-8"))
        assert str(tmp_path) not in page.text
        assert "mnist.npz is not the published mnist" in page.text
    assert json.loads((tmp_path / "result.json").read_text())["dataset"]["source"] == str(home / "mnist.npz")


def test_the_command_is_quoted_for_a_shell() -> None:
    assert command_of(Config(), "auto", Path("my data; rm")) == "python -m compare --data 'my data; rm'"


def test_what_comes_from_outside_is_escaped(tmp_path: Path) -> None:
    comparison = comparison_on_digits()
    evil = "</script><script>alert('x')</script>"
    other = copy(comparison)
    other.dataset = replace(comparison.dataset, name=evil, source=evil, notice=evil)
    path = tmp_path / "report.html"
    write_report(other, path, f"python -m compare --data {evil}")
    html = path.read_text(encoding="utf-8")
    assert "alert(" not in html.replace("alert(&#39;x&#39;)", "")
    assert html.count("<script") == 2
    assert evil in Page(html).text


def test_the_numbers_travel_as_json_that_closes_no_script(html: str) -> None:
    _, _, after = html.partition('id="data">')
    data = json.loads(after.partition("</script>")[0])
    assert data["epochs"] == [0, 1, EPOCHS]
    assert data["yes"] == "five"


@pytest.mark.parametrize(
    ("config", "heading"),
    [
        ({"activation": "linear", "epochs": 1}, "They match"),
        ({"momentum": 0.5, "seed": 5, "epochs": 4}, "Rounding rules this run"),
    ],
)
def test_a_run_of_any_kind_has_its_report(
    config: dict[str, Any], heading: str, digits: Dataset, tmp_path: Path
) -> None:
    path = written(comparison_on(digits, pixels="raw", **config), tmp_path)
    assert heading in Page(path.read_text(encoding="utf-8")).text


def test_a_mismatch_shows_where(tmp_path: Path) -> None:
    comparison = comparison_on_digits()
    other = copy(comparison)
    other.checks = [replace(rung, ok=False) if rung.rung == "loss" else rung for rung in comparison.checks]
    other.checks = [rung.not_reached() if rung.rung == "history" else rung for rung in other.checks]
    text = Page(written(other, tmp_path).read_text(encoding="utf-8")).text
    assert " fails" in text
    assert " not reached" in text
    assert "✗ departs" in text  # the guide's row for the loss


def test_the_smallest_run_has_its_report(digits: Dataset, tmp_path: Path) -> None:
    """One image to learn from, none of the digit held back, all answers alike."""
    others = digits.y_test != 5
    small = replace(digits, x_test=digits.x_test[others][:3], y_test=digits.y_test[others][:3])
    html = written(comparison_on(small, epochs=1, train_size=1, dtype="float64"), tmp_path).read_text(encoding="utf-8")
    assert "there is none" in Page(html).text  # recall, without a five


def test_the_command_writes_report_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--dataset", "digits", "--epochs", "1", "--quiet", "--out", str(tmp_path)]
    assert main([*arguments, "--figures", str(tmp_path / "figures")]) == MATCHED
    assert capsys.readouterr().out.count("\n") == 1  # the verdict alone
    assert "They match" in (tmp_path / "report.html").read_text(encoding="utf-8")
    found = {path.name for path in (tmp_path / "figures").iterdir()}
    names = {"accuracy", "val_accuracy", "loss", "val_loss", "weights", "spread_z", "spread_a"}
    names |= {"weights_difference", "loss_difference", "val_loss_difference"}
    assert found == {f"{name}.{ending}" for name in names for ending in ("png", "svg")}
    assert (tmp_path / "figures" / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_a_docstring_s_code_is_set_as_code() -> None:
    assert prose("Return ``x<y`` & more.") == "Return <code>x&lt;y</code> &amp; more."


def test_a_picture_is_ink_on_white() -> None:
    import base64
    import io

    from PIL import Image

    image = np.array([[0, 16], [8, 0]], np.uint8)
    address = picture(image, 16)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("L"))
    assert (shown[0, 0], shown[0, 1]) == (255, 0)
    assert 0 < shown[1, 0] < 255


def test_a_report_loads_nothing_before_it_is_written() -> None:
    loaded = "bool({'matplotlib', 'jinja2', 'keras'} & set(sys.modules))"
    code = f"import sys; from compare.cli import main; main(['--help']); sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(BadInput, match="cannot write to --out"):
        written(comparison_on_digits(), tmp_path)


@pytest.mark.parametrize("figures", ["/dev/null/figures", "/proc/figures"])
def test_a_directory_for_figures_is_tried_before_any_work(figures: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dataset", "digits", "--quiet", "--figures", figures]) == BAD_INPUT
    assert f"cannot write to --figures {figures}" in capsys.readouterr().err
