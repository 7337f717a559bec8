"""From a cold start to trained weights: a fresh process, its imports and compilation, reading the rows, 10 epochs."""

import json
import time

from compare.bench.contender import find
from compare.bench.processes import BrokenContenderError, run_once
from compare.bench.session import Found, Session
from compare.bench.timing import Timing

PART = "Cold start"


def measure(session: Session, found: Found) -> None:
    """Fill ``found.cold``, in rounds; whoever has used up its seconds is not started again."""
    plan = session.plan
    names = [name for name in found.epoch if find(name).trains]
    for number in range(plan.cold_rounds):
        for name in names:
            timing = found.cold.get(name, Timing())
            session.tell(PART, len(names) * plan.cold_rounds, find(name).title)
            if number and sum(timing.seconds) + timing.median > plan.cold_seconds:
                continue
            try:
                timing.seconds.append(_start(name, session, found))
                found.cold[name] = timing
            except BrokenContenderError as error:
                found.not_measured[f"{name}, cold start"] = str(error)


def _start(name: str, session: Session, found: Found) -> float:
    settings = json.dumps(found.settings.get(name, {}))
    arguments = (name, str(session.directory), str(session.plan.cold_epochs), settings)
    began = time.perf_counter()
    run_once("compare.bench.cold_process", *arguments, temporary=session.directory)
    return time.perf_counter() - began
