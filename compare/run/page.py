"""The report on a script, and its guide alone, as pages."""

from pathlib import Path
from typing import Any

import numpy as np

from compare.common import pages
from compare.common.console import short
from compare.report.figures import PANELS, WEIGHTS, difference, two_curves
from compare.report.guide import Entry
from compare.report.page import HEADINGS, rung, shown
from compare.run.findings import Call, Labels
from compare.run.guide import entries_of
from compare.run.keras_models import described
from compare.run.outcome import Outcome

MOST_FITS = 6
"""Of more fits than these the report draws the first ones."""
SECTIONS = [("curves", "The match"), ("math", "The math"), ("answers", "What it answers"), ("proof", "The proof")]


def write_report(outcome: Outcome, path: Path, command: str) -> None:
    """Write the report of a script of which something was compared."""
    verdict = outcome.verdict()
    fits = [fit for fit in outcome.fits if fit.recipe][:MOST_FITS]
    counted = [call for call in outcome.compared if call.labels]
    html = pages.render(
        "compare.run",
        "script.html",
        "compare.report",
        heading=HEADINGS[verdict.word] + (", as far as they were compared" if outcome.not_compared else ""),
        verdict=verdict,
        script=outcome.source.path.name,
        place=outcome.source.place,
        numbers=_numbers(outcome),
        loaded=outcome.loaded,
        notes=outcome.notes,
        not_compared=outcome.not_compared,
        error=outcome.error,
        fits=[_fit(outcome, fit) for fit in fits],
        more_fits=len(outcome.fits) - len(fits),
        guide=[shown(entry) for entry in entries_of(outcome)],
        places=True,
        confusions=[_confusion(outcome, call, call.labels) for call in counted if call.labels],
        ladders=[_ladder(outcome, call) for call in outcome.compared],
        sections=[section for section in SECTIONS if counted or section[0] != "answers"],
        environment=outcome.ended.environment if outcome.ended else {},
        command=command,
    )
    pages.write(html, path)


def write_guide(outcome: Outcome, entries: list[Entry], path: Path) -> None:
    """Write the guide alone; raises BadInput where the file cannot be written."""
    html = pages.render(
        "compare.run",
        "script_guide.html",
        "compare.report",
        script=outcome.source.path.name,
        guide=[shown(entry) for entry in entries],
        places=True,
        loaded=outcome.loaded,
    )
    pages.write(html, path, "--html")


def _numbers(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the numbers that carry the verdict, each with what it is."""
    found = [(f"of {len(outcome.calls)} calls held against NumPy", str(len(outcome.compared)))]
    if outcome.fits:
        main = outcome.main
        found.append(("largest difference of any weight after the longest fit", f"{main.apart[-1]:.2g}"))
        for name in ("val_accuracy", "accuracy", "val_loss", "loss"):
            if name in main.history["scratch"] and name in main.history["keras"]:
                title = PANELS[name].lower()
                for side, shown_as in (("keras", "Keras"), ("scratch", "NumPy")):
                    found.append((f"{title}, {shown_as}", f"{main.history[side][name][-1]:.4f}"))
                break
        seconds = {"Keras": sum(main.seconds["keras"]), "NumPy": sum(main.seconds["scratch"])}
        (quick, least), (slow, most) = sorted(seconds.items(), key=lambda entry: entry[1])
        told = f"{quick} was faster: {least:.2g} s where {slow} took {most:.2g} s"
        found.append((told, f"{most / max(least, 1e-9):.2g} ×"))
    differ = [check for call in outcome.compared for check in call.checks if check.rung == "predicted labels"]
    if differ:
        reached = [check.max_abs_difference for check in differ if check.max_abs_difference is not None]
        rows = sum(call.labelled for call in outcome.compared)
        found.append(("predicted labels that differ", f"{int(sum(reached))} of {rows:,}" if reached else "not reached"))
    return found


def _fit(outcome: Outcome, call: Call) -> dict[str, Any]:
    assert call.recipe
    names = [name for name in PANELS if name in call.history["scratch"]]
    names += [name for name in call.history["scratch"] if name not in PANELS]
    with pages.themed():
        curves, apart = [], []
        for name in names:
            part = "validation" if name.startswith("val_") else "train"
            level = call.baseline.get(part) if name.endswith("accuracy") else None
            keras, scratch = (call.history[side][name] for side in ("keras", "scratch"))
            curves.append(two_curves(name, PANELS.get(name, name), keras, scratch, level))
        drifted = np.asarray(call.drift)
        apart.append(difference("weights_difference", WEIGHTS, np.asarray(call.apart), drifted, 2 * drifted))
        for name in ("loss", "val_loss"):
            if name in names:
                between = np.abs(np.subtract(call.history["keras"][name], call.history["scratch"][name]))
                found, allowed = (np.asarray(kept[name]) for kept in (call.history_drift, call.history_tolerance))
                apart.append(difference(f"{name}_difference", PANELS[name], between, found, allowed))
    return {
        "place": outcome.source.place(call.line),
        "code": pages.highlighted(outcome.source.line(call.line)) if call.line else "",
        "model": described(call.recipe.layers),
        "rows": call.rows,
        "batch_size": call.batch_size,
        "notes": call.notes,
        "curves": [pages.figure_svg(one.figure, one.alternative) for one in curves],
        "apart": [pages.figure_svg(one.figure, one.alternative) for one in apart],
    }


def _confusion(outcome: Outcome, call: Call, labels: Labels) -> dict[str, Any]:
    same = bool((labels.keras == labels.scratch).all())
    rows = [
        [
            {"text": f"{a:,}" if a == b else f"{a:,} | {b:,}", "right": i == j, "none": a == b == 0}
            for j, (a, b) in enumerate(zip(theirs, ours, strict=True))
        ]
        for i, (theirs, ours) in enumerate(zip(labels.keras, labels.scratch, strict=True))
    ]
    keras, scratch = labels.shares_right
    return {
        "place": outcome.source.place(call.line),
        "what": f"{labels.keras.sum():,} {labels.rows} rows",
        "names": labels.names,
        "rows": rows,
        "same": same,
        "right": f"{keras:.4f} (Keras) and {scratch:.4f} (NumPy)",
    }


def _ladder(outcome: Outcome, call: Call) -> dict[str, Any]:
    assert call.verdict
    return {
        "place": outcome.source.place(call.line),
        "method": call.method,
        "word": call.verdict.word,
        "sentence": call.verdict.sentence,
        "from_float64": {name: short(value) for name, value in call.from_float64.items()},
        "rungs": [rung(check) for check in call.checks],
    }
