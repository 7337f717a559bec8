"""One epoch in steady state: each contender in a process of its own, checked first, then timed in turns."""

from functools import partial

from compare.bench.contender import find
from compare.bench.processes import BrokenContenderError, Crew
from compare.bench.reference import Reference
from compare.bench.session import Found, Session
from compare.bench.task import Size
from compare.bench.timing import Timing, in_turns

PART = "One epoch"


def measure(session: Session, expected: Reference, found: Found, crew: Crew) -> None:
    """Fill ``found.epoch``, ``agreement`` and ``settings``; who cannot run, or trains other weights, is left out."""
    pieces = len(session.contenders) * (1 + session.plan.rounds)
    ready = []
    for name in session.contenders:
        session.tell(PART, pieces, f"preparing {find(name).title}")
        try:
            _prepare(name, session, expected, found, crew)
            ready.append(name)
        except BrokenContenderError as error:
            found.not_measured[name] = str(error)
            crew.end(name)
    for name, seconds in in_turns({name: partial(_train, name, found, crew) for name in ready}, session.plan.rounds):
        found.epoch.setdefault(name, Timing()).seconds += seconds
        session.tell(PART, pieces, f"timed {find(name).title}")
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
