"""Programs that are recorded in this process, for tests."""

from collections.abc import Mapping, Sequence

from compare.check.program.optimizers import Rule, find_rule
from compare.check.program.reference import Reading, Window, due, readings
from compare.check.program.steps import Training, find_training
from compare.check.program.trace import Program, Trace
from compare.check.sandbox.instrument import instrument
from compare.check.sandbox.recorder import Recorder


def recorded(cells: Sequence[str], loops: Mapping[int, int] | None = None) -> Trace:
    """Run a program with its operations recorded, its loops for at most these turns."""
    recorder = Recorder(events=200_000, seconds=60, loops=loops)
    names: dict[str, object] = {"__name__": "__main__", **recorder.hooks}
    for code in instrument(cells):
        exec(code, names)
    return Trace(recorder.table(), lambda refs: {ref: recorder.value(ref) for ref in refs}, Program(cells))


def understood(trace: Trace) -> tuple[Training, Reading | None, Rule | None]:
    """Return what a recorded program trains, and the reading that explains most of its parameters, if there is one."""
    training = find_training(trace)
    assert training is not None
    windows = [Window(training, step) for step in training.steps[:3]]
    found: list[tuple[int, Reading, Rule]] = []
    for reading in readings(windows[1]):
        dues = [one for window in windows if (one := due(window, reading)) is not None]
        rule = find_rule(training, dues) if len(dues) == len(windows) else None
        if rule is not None:
            found.append((len(rule.wrong), reading, rule))
    if not found:
        return training, None, None
    _, reading, rule = min(found, key=lambda one: one[0])
    return training, reading, rule
