"""How an epoch's cost grows with rows, batch size, units and pixels: scratch's, beside the C loop's."""

import re
from functools import partial
from pathlib import Path

from compare.bench.processes import BrokenContenderError, Crew
from compare.bench.session import LIMIT, OURS, Axis, Found, Session
from compare.bench.task import Size
from compare.bench.timing import Timing, in_turns

PART = "Growth"
FACTORS = (1, 2, 4, 8)
BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
UNITS = (1, 4, 16, 64, 256)
SIDES = (8, 16, 28, 56, 112)
PIXEL_ROWS = 4
"""Pixels grow with a quarter of the rows: large images of all of them would not fit everyone's memory."""


def sizes(session: Session) -> dict[str, list[Size]]:
    """Return the sizes along each axis."""
    rows = max(1, round(len(session.task.X) * session.plan.growth_share))
    return {
        "rows": [Size(rows=rows * factor) for factor in FACTORS],
        "batch": [Size(rows=rows, batch=batch) for batch in BATCHES],
        "units": [Size(rows=rows, units=units) for units in UNITS],
        "pixels": [Size(rows=max(1, rows // PIXEL_ROWS), pixels=side**2) for side in SIDES],
    }


def measure(session: Session, found: Found, crew: Crew) -> None:
    """Fill ``found.growth``; a size that does not fit into memory twice is left out, and named."""
    axes = sizes(session)
    names = [name for name in (OURS, LIMIT) if name in found.epoch]
    for axis, points in axes.items() if names else ():
        rows = points[0].rows
        unit = "" if axis == "rows" else f"{rows:,} rows"
        growth = found.growth[axis] = Axis([], unit)
        for size in points:
            value = getattr(size, axis)
            session.tell(PART, sum(map(len, axes.values())), f"{axis} {value:,}")
            if _bytes(session, size) * len(names) > available():
                growth.left_out.append(f"{axis} {value:,}: not enough memory")
                continue
            try:
                timings = _timed(session, size, names, crew)
            except BrokenContenderError as error:
                growth.left_out.append(f"{axis} {value:,}: {error}")
                continue
            growth.values.append(value)
            for name, timing in timings.items():
                growth.seconds.setdefault(name, []).append(timing)


def _timed(session: Session, size: Size, names: list[str], crew: Crew) -> dict[str, Timing]:
    for name in names:
        crew[name].ask("prepare", name, session.directory, size, {})
        crew[name].ask("train", session.plan.warm_up)
    timings = {name: Timing() for name in names}
    for name, seconds in in_turns(
        {name: partial(crew[name].ask, "train") for name in names}, session.plan.growth_rounds
    ):
        timings[name].seconds += seconds
    return timings


def _bytes(session: Session, size: Size) -> int:
    """Return what a process takes at most: its rows, resized, and another copy on the way there."""
    return 2 * 4 * (size.rows or len(session.task.X)) * (size.pixels or session.task.X.shape[1])


def available() -> float:
    """Return the bytes of memory that are free to use; infinity where the system does not tell."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return float("inf")
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", text, re.MULTILINE)
    return 1024 * float(found[1]) if found else float("inf")
