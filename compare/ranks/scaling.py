"""From which size ranks pay: the seconds of a step on 1, 2 and 4 ranks, over batch size and units."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from compare.common.errors import BadInput
from compare.common.files import write_json
from compare.ranks.launch import start

RANKS = (1, 2, 4)


def measure_and_show(console: Console, path: Path) -> None:
    """Measure all sizes on 1, 2 and 4 ranks of this machine; print the table and write it."""
    measured = {}
    for ranks in RANKS:
        with console.status(f"Timing {ranks} ranks"):
            measured[ranks] = _run(ranks)
    found = {
        "cores": os.cpu_count(),
        "pixels": 784,
        "sizes": [_size([measured[ranks][i] for ranks in RANKS]) for i in range(len(measured[1]))],
    }
    write_json(found, path)
    console.print(_table(found))
    console.print(_sentence(found), highlight=False)
    console.print(f"Written: {path}", highlight=False, markup=False)


def _run(ranks: int) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "measured.json"
        code = start(ranks, [str(path)], module="compare.ranks.scaling_process").wait()
        if code:
            raise BadInput(f"{ranks} ranks could not be timed: mpirun ended with code {code}")
        return list(json.loads(path.read_text(encoding="utf-8")))


def _size(measured: list[dict[str, float]]) -> dict[str, Any]:
    one = measured[0]["step_seconds"]
    return {
        "batch": int(measured[0]["batch"]),
        "units": int(measured[0]["units"]),
        "step_seconds": {str(n): found["step_seconds"] for n, found in zip(RANKS, measured, strict=True)},
        "allreduce_seconds": {str(n): found["allreduce_seconds"] for n, found in zip(RANKS, measured, strict=True)},
        "times_faster": {str(n): one / found["step_seconds"] for n, found in zip(RANKS, measured, strict=True)},
    }


def markdown(found: dict[str, Any]) -> str:
    """Write the table and the sentence in Markdown, as docs/scale.md quotes them."""
    header = [
        "units",
        "batch",
        *(f"{n} rank{'s' * (n > 1)}, µs" for n in RANKS),
        "2 for 1",
        "4 for 1",
        "all-reduce, µs",
    ]
    lines = [f"| {' | '.join(header)} |", "|--:" * len(header) + "|"]
    lines += [f"| {' | '.join(_cells(size))} |" for size in found["sizes"]]
    return "\n".join([*lines, "", _sentence(found)]) + "\n"


def _cells(size: dict[str, Any]) -> list[str]:
    return [
        f"{size['units']}",
        f"{size['batch']:,}",
        *(f"{1e6 * size['step_seconds'][str(n)]:,.0f}" for n in RANKS),
        *(f"{size['times_faster'][str(n)]:.2f}×" for n in RANKS[1:]),
        f"{1e6 * size['allreduce_seconds']['2']:,.0f}",
    ]


def pays(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sizes at which two ranks take less time than one."""
    return [size for size in found["sizes"] if size["times_faster"]["2"] > 1]


def _sentence(found: dict[str, Any]) -> str:
    paying = pays(found)
    if not paying:
        return "Two ranks are slower than one at every size measured here."
    least = min(paying, key=lambda size: size["step_seconds"]["1"])
    return (
        f"Two ranks are faster than one from a step of {1e6 * least['step_seconds']['1']:,.0f} µs on (batch "
        f"{least['batch']:,}, {least['units']} units: {least['times_faster']['2']:.2f}×); for {len(paying)} of the "
        f"{len(found['sizes'])} sizes measured here."
    )


def _table(found: dict[str, Any]) -> Table:
    table = Table(title=f"A training step on {found['cores']} cores, in µs", title_justify="left", title_style="bold")
    for title in (
        "units",
        "batch",
        *(f"{n} rank{'s' * (n > 1)}" for n in RANKS),
        "2 ranks",
        "4 ranks",
        "all-reduce, 2",
    ):
        table.add_column(title, justify="right")
    for size in found["sizes"]:
        table.add_row(*_cells(size))
    return table
