"""Can what a run of lessons leaves on disk be shared?"""

from dataclasses import replace
from pathlib import Path

from compare.lessons.toolkit import Finished, Lesson, Outcome
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Line, Plot
from compare.lessons.toolkit.result import lessons_result, write_page


def test_the_page_does_not_tell_where_its_maker_keeps_the_data_and_the_result_does(
    context: Context, tmp_path: Path
) -> None:
    figure = Figure("caption", [Plot("title", "x", "y", [Line("label", [0, 1], [0, 1])])])
    pair = context.pair("one", context.config(epochs=1, train_size=64))
    outcome = Outcome("how", [pair], [], figure, notice="Looked in /home/ada/.keras/datasets, then gave up.")
    finished = [Finished(Lesson(1, "first", "", "", lambda context: outcome), outcome, 1.0)]
    dataset = replace(context.dataset, notice="/home/ada/my data/mnist.npz is not the published mnist.")
    write_page(finished, dataset, tmp_path / "lessons.html")
    page = (tmp_path / "lessons.html").read_text(encoding="utf-8")
    assert "ada" not in page
    assert "mnist.npz is not the published mnist." in page
    assert "Looked in datasets, then gave up." in page
    assert "/home/ada/my data" in lessons_result(finished, dataset, 0)["dataset"]["notice"]
