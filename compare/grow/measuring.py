"""The time and the memory of an epoch, from few rows on disk to many."""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from compare.common.errors import BadInput
from compare.common.files import write_json

PARTS = (20, 10, 4, 2, 1)
EPOCHS = 6
LINEAR = 0.1


def measure_and_show(console: Console, directory: Path, path: Path) -> None:
    """Train on a twentieth, a tenth, a quarter, a half and all of the rows; print a table and write it as JSON."""
    from scratch.datasets import shards

    rows = len(shards.load(directory).x_train)
    measured = []
    for part in PARTS:
        with console.status(f"Training on {rows // part:,} rows"):
            measured.append(one(directory, rows // part, EPOCHS))
    found = summed_up(measured)
    write_json(found, path)
    console.print(_table(found))
    console.print(_sentence(found), highlight=False)
    console.print(f"Written: {path}", highlight=False, markup=False)


def one(directory: Path, rows: int, epochs: int) -> dict[str, Any]:
    """Train in a process of its own. Raises BadInput with its last word where it fails."""
    command = [sys.executable, "-m", "compare.grow.measure_process", str(directory), str(rows), str(epochs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"{rows:,} rows could not be trained on: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return dict(json.loads(done.stdout))


def summed_up(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """Return each size's fastest epoch and peak of memory, how far the times are off a line, and memory's growth.

    The fastest, because whatever else the machine does makes an epoch slower and never faster.
    """
    sizes = [
        {"rows": found["rows"], "epoch_seconds": min(found["seconds"]), "peak_bytes": found["peak"]}
        for found in measured
    ]
    a_row = [size["epoch_seconds"] / size["rows"] for size in sizes]
    mean = statistics.mean(a_row)
    first, last = sizes[0], sizes[-1]
    return {
        "sizes": sizes,
        "off_linear": max(abs(seconds / mean - 1) for seconds in a_row),
        "bytes_a_row": (last["peak_bytes"] - first["peak_bytes"]) / (last["rows"] - first["rows"]),
        "image_bytes": measured[0]["image_bytes"],
    }


def markdown(found: dict[str, Any]) -> str:
    """Write the table and the sentence in Markdown, as docs/scale.md quotes them."""
    lines = ["| rows | seconds, fastest of five epochs | µs a row | peak anonymous memory |", "|--:|--:|--:|--:|"]
    lines += [f"| {' | '.join(_cells(size))} |" for size in found["sizes"]]
    return "\n".join([*lines, "", _sentence(found)]) + "\n"


def _sentence(found: dict[str, Any]) -> str:
    return (
        f"Seconds a row are within {found['off_linear']:.1%} of their mean (asked: {LINEAR:.0%}). Anonymous memory "
        f"grows by {found['bytes_a_row']:.2f} bytes a row; an image has {found['image_bytes']}."
    )


def _cells(size: dict[str, Any]) -> list[str]:
    return [
        f"{size['rows']:,}",
        f"{size['epoch_seconds']:.3f}",
        f"{1e6 * size['epoch_seconds'] / size['rows']:.3f}",
        f"{size['peak_bytes'] / 1e6:.1f} MB",
    ]


def _table(found: dict[str, Any]) -> Table:
    table = Table(title="An epoch of scratch on rows from disk", title_justify="left", title_style="bold")
    for title in ("rows", "seconds", "µs a row", "peak anonymous memory"):
        table.add_column(title, justify="right")
    for size in found["sizes"]:
        table.add_row(*_cells(size))
    return table
