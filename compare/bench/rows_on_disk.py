"""The time and the memory of an epoch on rows that stay on disk, from few of them to all."""

import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compare.bench.processes import BrokenContenderError, run_once
from compare.common.errors import BadInput
from scratch.datasets import shards

PARTS = (20, 10, 4, 2, 1)
EPOCHS = 6
LINEAR = 0.1
"""How far the seconds a row may be off their mean."""


def measure(directory: Path, tell: Callable[[str], Any]) -> dict[str, Any]:
    """Train on a twentieth, a tenth, a quarter, a half and all of the rows; ``tell`` hears what is going on.

    Raises BadInput where there is no such directory, or a size cannot be trained on.
    """
    if not directory.is_dir():
        raise BadInput(
            f"--rows-on-disk {directory} is not a directory: python -m compare grow --out {directory} makes one"
        )
    rows, runs = len(shards.load(directory).x_train), []
    for part in PARTS:
        tell(f"Training on {rows // part:,} rows")
        runs.append(trained(directory, rows // part, EPOCHS))
    return summed_up(runs)


def trained(directory: Path, rows: int, epochs: int) -> dict[str, Any]:
    """Train in a process of its own. Raises BadInput with its last word where it fails."""
    arguments = ("on_disk", str(directory), str(rows), str(epochs))
    try:
        with tempfile.TemporaryDirectory() as temporary:
            printed = run_once("compare.bench.peak_memory", *arguments, temporary=Path(temporary), longest=None)
    except BrokenContenderError as error:
        raise BadInput(f"{rows:,} rows could not be trained on: {error}") from None
    return dict(json.loads(printed))


def summed_up(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return each size's fastest epoch and peak of memory, how far the times are off a line, and memory's growth.

    The fastest, because whatever else the machine does makes an epoch slower and never faster.
    """
    sizes = [{"rows": run["rows"], "epoch_seconds": min(run["seconds"]), "peak_bytes": run["peak"]} for run in runs]
    a_row = [size["epoch_seconds"] / size["rows"] for size in sizes]
    mean = statistics.mean(a_row)
    first, last = sizes[0], sizes[-1]
    return {
        "sizes": sizes,
        "off_linear": max(abs(seconds / mean - 1) for seconds in a_row),
        "bytes_a_row": (last["peak_bytes"] - first["peak_bytes"]) / (last["rows"] - first["rows"]),
        "image_bytes": runs[0]["image_bytes"],
    }


def markdown(found: dict[str, Any]) -> str:
    """Write a table and a sentence in Markdown, as docs/scale.md quotes them."""
    lines = ["| rows | seconds, fastest of five epochs | µs a row | peak anonymous memory |", "|--:|--:|--:|--:|"]
    lines += [
        f"| {size['rows']:,} | {size['epoch_seconds']:.3f} | {1e6 * size['epoch_seconds'] / size['rows']:.3f} "
        f"| {size['peak_bytes'] / 1e6:.1f} MB |"
        for size in found["sizes"]
    ]
    sentence = (
        f"Seconds a row are within {found['off_linear']:.1%} of their mean (asked: {LINEAR:.0%}). Anonymous memory "
        f"grows by {found['bytes_a_row']:.2f} bytes a row; an image has {found['image_bytes']}."
    )
    return "\n".join([*lines, "", sentence]) + "\n"
