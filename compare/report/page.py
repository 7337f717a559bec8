"""The pages: a comparison's predictions, figures, guide and numbers, put into the templates."""

import base64
import io
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.common import pages
from compare.common.console import share, short
from compare.common.docstrings import Stated
from compare.common.environment import environment
from compare.core.checks import Check
from compare.core.comparison import Comparison
from compare.core.config import Config
from compare.core.training import apart
from compare.report.figures import figures_of
from compare.report.guide import Entry, guide_of
from compare.report.mathml import mathml
from compare.report.page_data import data_of
from compare.report.predictions import Predictions, predictions_of
from scratch.arrays import Array
from scratch.datasets import Dataset

if TYPE_CHECKING:
    from markupsafe import Markup

HEADINGS = {"matched": "They match", "rounding-limited": "Rounding rules this run", "mismatched": "They do not match"}
SHOWN_MISTAKES = 12
FORMATS = ("png", "svg")


def write_report(comparison: Comparison, path: Path, command: str, figures: Path | None = None) -> None:
    """Write the report of a comparison that was judged, and its figures for slides where a directory is named."""
    assert comparison.verdict
    predictions = predictions_of(comparison)
    drawn = figures_of(comparison, predictions)
    html = pages.render(
        "compare.report",
        "report.html",
        heading=HEADINGS[comparison.verdict.word],
        verdict=comparison.verdict,
        dataset=comparison.dataset,
        rows=comparison.rows,
        config=comparison.config.as_dict(),
        environment=environment(),
        command=command,
        numbers=_numbers(comparison),
        figures={name: pages.figure_svg(one.figure, one.alternative) for name, one in drawn.items()},
        guide=[shown(entry) for entry in guide_of(comparison)],
        predictions=predictions,
        scores=_scores(predictions),
        apart=float(np.abs(predictions.a - predictions.a_keras).max()) if predictions.finite else None,
        mistakes=_mistakes(comparison, predictions),
        ladder=[rung(one) for one in comparison.checks],
        data=data_of(comparison, predictions),
        epochs=comparison.epochs,
    )
    pages.write(html, path)
    if figures:
        for one in drawn.values():
            for ending in FORMATS:
                pages.save_figure(one.figure, figures / f"{one.name}.{ending}")


def write_guide(entries: list[Entry], dataset: Dataset, path: Path) -> None:
    """Write the guide alone; raises BadInput where the file cannot be written."""
    html = pages.render("compare.report", "guide.html", guide=[shown(entry) for entry in entries], dataset=dataset)
    pages.write(html, path, "--html")


def shown(entry: Entry) -> dict[str, Any]:
    """Set one row of the guide: line and source in colour, formulas as mathematics."""
    return {
        "title": entry.row.title,
        "place": entry.line.place,
        "line": [pages.highlighted(part) if part else "" for part in (entry.before, entry.word, entry.after)],
        "says": entry.row.says,
        "silent": not entry.row.words,
        "math": [_math(one) for one in entry.math],
        "quantity": entry.quantity,
        "numbers": dict(zip(("Keras", "NumPy", "difference", "allowed"), entry.numbers, strict=True)),
        "checked": entry.value is not None,
        "ok": entry.ok,
    }


def _math(one: Stated) -> dict[str, Any]:
    return {
        "name": one.name,
        "place": one.place,
        "sentence": prose(one.sentence),
        "formula": mathml(one.formula) if one.formula else None,
        "source": pages.highlighted(one.source),
    }


def prose(docstring: str) -> "Markup":
    """Set a docstring's sentence: what stands between double backquotes is code, all of it is escaped."""
    from markupsafe import Markup

    parts = docstring.split("``")
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def command_of(config: Config, dataset: str, data: Path | None) -> str:
    """Write the command that makes this comparison, with every option that is not the default.

    Of a directory elsewhere it has the name only: the page is for others, too.
    """
    default = Config(optimizer=config.optimizer).as_dict()
    changed = {name: value for name, value in config.as_dict().items() if value != default[name]}
    if config.optimizer != Config().optimizer:
        changed["optimizer"] = config.optimizer
    directory = data.name if data and data.is_absolute() else data
    named = {"dataset": None if dataset == "auto" else dataset, "data": directory}
    options = {name: value for name, value in (named | changed).items() if value is not None}
    words = ["python", "-m", "compare"]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        words += [option] if value is True else [option, str(value)]
    return shlex.join(words)


def _numbers(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the numbers that carry the verdict, each with what it is."""
    keras, scratch = comparison.runs["keras"], comparison.runs["scratch"]
    seconds = {"Keras": sum(keras.seconds), "NumPy": sum(scratch.seconds)}
    (quick, least), (slow, most) = sorted(seconds.items(), key=lambda entry: entry[1])
    differ = [rung.max_abs_difference for rung in comparison.checks if rung.rung == "predicted labels"]
    total = len(comparison.rows.y_train) + len(comparison.rows.y_val)
    labels = "not reached" if None in differ or not differ else f"{sum(int(n or 0) for n in differ)} of {total:,}"
    return [
        ("largest difference of any weight", f"{apart(keras.weights[-1], scratch.weights[-1]):.2g}"),
        ("predicted labels that differ", labels),
        ("validation accuracy, Keras", f"{keras.history['val_accuracy'][-1]:.4f}"),
        ("validation accuracy, NumPy", f"{scratch.history['val_accuracy'][-1]:.4f}"),
        ("baseline: always the commoner answer", f"{comparison.rows.baseline['validation']:.4f}"),
        (f"{quick} was faster: {least:.2g} s where {slow} took {most:.2g} s", f"{most / least:.2g} ×"),
    ]


def _scores(predictions: Predictions) -> list[tuple[str, str, str]]:
    """Return each score of the answers: its name, what it says, and the number, or why there is none."""
    counted, yes = predictions.confusion, predictions.yes
    scores = [
        ("accuracy", "answers that are right", counted.accuracy, ""),
        ("precision", f"of all that it calls ‘{yes}’, how many are", counted.precision, "it never says so"),
        ("recall", f"of all ‘{yes}’, how many it finds", counted.recall, "there is none"),
        ("F1", "both in one number", counted.f1, "–"),
    ]
    return [(name, says, none if np.isnan(score) else f"{score:.4f}") for name, says, score, none in scores]


def _mistakes(comparison: Comparison, predictions: Predictions) -> list[dict[str, Any]]:
    if not predictions.finite:
        return []
    images, peak = comparison.dataset.x_test, comparison.dataset.peak
    return [
        {
            "image": picture(images[i], peak),
            "label": int(predictions.labels[i]),
            "answer": predictions.yes if predictions.answers[i] else predictions.no,
            "keras": f"{predictions.a_keras[i]:.6g}",
            "numpy": f"{predictions.a[i]:.6g}",
        }
        for i in predictions.mistakes[:SHOWN_MISTAKES]
    ]


def picture(image: Array, peak: int) -> str:
    """Return an image as the address of an ``<img>``: ink black on white, its bytes in the address itself."""
    from matplotlib.image import imsave

    file = io.BytesIO()
    imsave(file, image, cmap="gray_r", vmin=0, vmax=peak, format="png")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def rung(check: Check) -> dict[str, str]:
    """Set a row of the ladder."""
    word = {True: "holds", False: "fails", None: "not reached"}[check.ok]
    if check.ok and check.keras is None:
        word = "holds: no number on either side"
    return {
        "rung": check.rung,
        "quantity": check.quantity,
        "shape": " × ".join(str(n) for n in check.shape) or "one number",
        "difference": short(check.max_abs_difference),
        "tolerance": short(check.tolerance),
        "share": share(check.share),
        "word": word,
    }
