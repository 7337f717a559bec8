"""Does every lesson show its finding, on both sides, and say so where it does not?"""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.cli import BAD_INPUT, INTERRUPTED, main
from compare.core.config import Config
from compare.lessons import all_lessons
from compare.lessons.toolkit import Lesson, Outcome
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Line, Plot
from scratch.datasets import Dataset

NAMES = [lesson.name for lesson in all_lessons()]


class Ran:
    """What one run of all lessons leaves behind."""

    def __init__(self, out: Path, dataset: str, *options: str) -> None:
        self.out = out
        self.screen = io.StringIO()
        with contextlib.redirect_stdout(self.screen):
            arguments = ["lessons", "all", "--dataset", dataset, "--out", str(out), "--figures", str(out / "figures")]
            self.code = main([*arguments, *options])

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        self.result = json.loads((out / "lessons.json").read_text(), parse_constant=refuse)
        self.page = (out / "lessons.html").read_text()


@pytest.fixture(scope="module")
def on_digits(tmp_path_factory: pytest.TempPathFactory, keras: Any) -> Ran:
    return Ran(tmp_path_factory.mktemp("digits") / "out", "digits")


@pytest.fixture(scope="module")
def on_mnist(tmp_path_factory: pytest.TempPathFactory, keras: Any, mnist: Dataset) -> Ran:
    return Ran(tmp_path_factory.mktemp("mnist") / "out", "mnist")


def shows_all(lesson: dict[str, Any]) -> None:
    assert lesson["findings"]
    for found in lesson["findings"]:
        assert found["shown"], found["sentence"]
    assert lesson["same_story"], lesson["story"]


def test_the_lessons_are_those_of_the_readme_in_its_order_each_with_its_figure() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|.*\(docs/lessons/\1\.svg\) \|$", readme, re.MULTILINE) == NAMES
    assert [lesson.number for lesson in all_lessons()] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_each_lesson_shows_its_findings_on_digits(on_digits: Ran, name: str) -> None:
    shows_all(on_digits.result["lessons"][name])


@pytest.mark.parametrize("name", NAMES)
def test_each_lesson_shows_its_findings_on_mnist(on_mnist: Ran, name: str) -> None:
    shows_all(on_mnist.result["lessons"][name])


def test_a_single_layer_is_good_enough_for_fashion(on_mnist: Ran) -> None:
    lesson = on_mnist.result["lessons"]["fashion"]
    if lesson["notice"]:
        pytest.skip(lesson["notice"])
    softmax = next(run for label, run in lesson["runs"].items() if "softmax" in label)
    assert softmax["verdict"] == "matched"
    for history in softmax["history"].values():
        assert history["val_accuracy"][-1] >= 0.83


def test_the_exit_code_says_that_both_sides_told_the_same_story(on_digits: Ran) -> None:
    assert on_digits.code == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_says_what_to_look_for_before_and_what_was_seen_after(on_digits: Ran, name: str) -> None:
    screen, lessons = on_digits.screen.getvalue(), {lesson.name: lesson for lesson in all_lessons()}
    one = screen[screen.index(f"{lessons[name].number}. {lessons[name].title}") :]
    parts = [one.index(part) for part in ("Look for", "Trained", "┌", "Seen", "✓", "story", "seconds")]
    assert parts == sorted(parts)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_holds_every_lesson_with_a_figure_and_all_sentences(on_digits: Ran, name: str) -> None:
    section = re.search(rf'<section id="{name}">(.*?)</section>', on_digits.page, re.DOTALL)
    assert section
    assert "<svg" in section[1]
    for found in on_digits.result["lessons"][name]["findings"]:
        assert found["sentence"].replace("'", "&#39;").replace('"', "&#34;") in section[1]


def test_no_label_on_the_page_refers_to_something_outside(on_digits: Ran) -> None:
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', on_digits.page)


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_is_a_file_small_enough_for_a_readme(on_digits: Ran, name: str) -> None:
    assert 1_000 < (on_digits.out / "figures" / f"{name}.svg").stat().st_size < 60_000


@pytest.mark.parametrize("name", NAMES)
def test_the_result_holds_both_sides_of_every_run(on_digits: Ran, name: str) -> None:
    lesson = on_digits.result["lessons"][name]
    assert lesson["runs"]
    for run in lesson["runs"].values():
        assert set(run["recipe"]) == set(Config().as_dict())
        assert run["verdict"] in ("matched", "rounding-limited")
        keras, ours = run["history"]["keras"], run["history"]["scratch"]
        assert set(keras) == set(ours) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        assert {len(values) for values in (*keras.values(), *ours.values())} == {len(keras["loss"])}


def test_without_garments_the_fashion_lesson_says_so(on_digits: Ran) -> None:
    notice = on_digits.result["lessons"]["fashion"]["notice"]
    assert "NOT garments but the 10 digit classes of digits" in notice
    assert "NOT garments" in on_digits.screen.getvalue()
    assert notice in on_digits.page


NEW = """
from compare.lessons.toolkit import lesson


@lesson(11, "A lesson in a file of its own", "Whether it is found.")
def brand_new(context):
    return None
"""


def test_a_new_lesson_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import compare.lessons

    (tmp_path / "brand_new.py").write_text(NEW)
    monkeypatch.setattr(compare.lessons, "__path__", [*compare.lessons.__path__, str(tmp_path)])
    assert [lesson.name for lesson in all_lessons()] == [*NAMES, "brand-new"]
    assert main(["lessons"]) == 0
    assert "A lesson in a file of its own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("activaton", "there is no lesson 'activaton': there is all, activation, "),
        ("activaton", "; did you mean activation?"),
        ("epochs --digit 10", "--digit must be one of the classes 0 to 9, not 10"),
        ("epochs --seed -1", "--seed must be at least 0"),
        ("epochs --out /dev/null/out", "cannot write to"),
        ("epochs --figures /dev/null/out", "cannot write to"),
        ("epochs --data /not/there --dataset mnist", "/not/there is not a directory"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lessons", "--dataset", "digits", *arguments.split()]) == BAD_INPUT
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_too_few_images_are_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x, y = np.zeros((40, 4, 4), np.uint8), np.arange(40, dtype=np.uint8) % 10
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert main(["lessons", "all", "--data", str(tmp_path), "--out", str(tmp_path), "--quiet"]) == BAD_INPUT
    assert "the lessons need at least 200 training images" in capsys.readouterr().err


def test_ctrl_c_keeps_the_lessons_that_are_finished(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = context.pair("one", context.config(epochs=1, train_size=64))
    figure = Figure("caption", [Plot("title", "x", "y", [Line("label", [0, 1], [0, 1])])])
    done = Outcome("how", [pair], [], figure)

    def interrupted(context: Context) -> Outcome:
        raise KeyboardInterrupt

    two = [Lesson(1, "first", "", "", lambda context: done), Lesson(2, "second", "", "", interrupted)]
    monkeypatch.setattr("compare.lessons.all_lessons", lambda: two)
    assert main(["lessons", "all", "--dataset", "digits", "--out", str(tmp_path)]) == INTERRUPTED
    assert list(json.loads((tmp_path / "lessons.json").read_text())["lessons"]) == ["first"]
    assert "interrupted: 1 finished lessons" in capsys.readouterr().err
