"""Training as a whole: throughput in steady state, the time from a cold start, and the peak of memory."""

import json
import time
from functools import partial

import numpy as np

from compare.bench.contender import Array, Size, find
from compare.bench.processes import BrokenContenderError, Crew, run_once
from compare.bench.reference import Reference
from compare.bench.session import Found, Memory, Session, Timing, in_turns

EPOCH, COLD, MEMORY = "One epoch", "Cold start", "Memory"


def measure_epochs(session: Session, expected: Reference, found: Found, crew: Crew) -> None:
    """Fill ``found.epoch``, ``agreement`` and ``settings``: each in a process of its own, checked, then timed in turns.

    Who cannot run, or trains other weights, is left out.
    """
    pieces = len(session.contenders) * (1 + session.plan.rounds)
    ready = []
    for name in session.contenders:
        session.tell(EPOCH, pieces, f"preparing {find(name).title}")
        try:
            _prepare(name, session, expected, found, crew)
            ready.append(name)
        except BrokenContenderError as error:
            found.not_measured[name] = str(error)
            crew.end(name)
    for name, seconds in in_turns({name: partial(_train, name, found, crew) for name in ready}, session.plan.rounds):
        found.epoch.setdefault(name, Timing()).seconds += seconds
        session.tell(EPOCH, pieces, f"timed {find(name).title}")
    found.epoch = {name: timing for name, timing in found.epoch.items() if name not in found.not_measured}


def _train(name: str, found: Found, crew: Crew) -> float:
    """Train an epoch; whose process breaks down now takes forever, and is left out in the end."""
    try:
        return float(crew[name].ask("train"))
    except BrokenContenderError as error:
        found.not_measured[name] = str(error)
        return float("inf")


def _prepare(name: str, session: Session, expected: Reference, found: Found, crew: Crew) -> None:
    """Make a contender ready; its first epoch, which compiles, is also the one that is checked."""
    process = crew[name]
    settings = process.ask("prepare", name, session.directory, Size(), {})
    if settings:
        found.settings[name] = settings
    process.ask("train", 1, session.order)
    if find(name).same_math:
        agreement = found.agreement[name] = expected.agreement(process.ask("weights"))
        if not agreement.ok:
            raise BrokenContenderError(
                f"it trains other weights: after one epoch they are {agreement.max_abs_difference} from scratch's, "
                f"where rounding explains {agreement.tolerance:.1e}"
            )
    process.ask("train", session.plan.warm_up)


def measure_cold_starts(session: Session, found: Found) -> None:
    """Fill ``found.cold``, in rounds: a fresh process, imports and compilation, reading the rows, 10 epochs.

    Whoever has used up its seconds is not started again.
    """
    plan = session.plan
    names = [name for name in found.epoch if find(name).trains]
    for number in range(plan.cold_rounds):
        for name in names:
            timing = found.cold.get(name, Timing())
            session.tell(COLD, len(names) * plan.cold_rounds, find(name).title)
            if number and sum(timing.seconds) + timing.median > plan.cold_seconds:
                continue
            settings = json.dumps(found.settings.get(name, {}))
            arguments = (name, str(session.directory), str(plan.cold_epochs), settings)
            began = time.perf_counter()
            try:
                run_once("compare.bench.worker", *arguments, temporary=session.directory)
            except BrokenContenderError as error:
                found.not_measured[f"{name}, cold start"] = str(error)
                continue
            timing.seconds.append(time.perf_counter() - began)
            found.cold[name] = timing


def measure_memory(session: Session, images: Array, labels: Array, found: Found) -> None:
    """Fill ``found.memory``: one epoch from ``uint8`` images, read into the memory of a process of its own."""
    session.tell(MEMORY, 1, "training from uint8")
    paths = [session.directory / name for name in ("images.npy", "labels.npy")]
    for path, array in zip(paths, (images, labels), strict=True):
        np.save(path, array)
    try:
        printed = run_once("compare.bench.peak_memory", "in_memory", *map(str, paths), temporary=session.directory)
    except BrokenContenderError as error:
        found.not_measured["peak memory"] = str(error)
        return
    measured = json.loads(printed)
    found.memory = Memory(measured["peak"] - measured["before"], images.nbytes)
