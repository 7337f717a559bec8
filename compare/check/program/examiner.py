"""Examines one program, script or notebook: runs it watched, understands its training, and finds what is wrong."""

import ast
import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import numpy as np

from compare.check.program.bias_per_row import bias_per_row
from compare.check.program.describe import Description, describe
from compare.check.program.diagnose import Diagnosis, diagnose
from compare.check.program.edits import Edit
from compare.check.program.finding import Finding, edited
from compare.check.program.mend import Bench, Candidate, all_edits
from compare.check.program.nominal_batch import nominal_batch
from compare.check.program.optimizers import Rule
from compare.check.program.reference import Reading
from compare.check.program.reports import wrong_reports
from compare.check.program.result import NOT_UNDERSTOOD, RIGHT, UNREADABLE, WRONG, ProgramResult, WrongLine, lines_of
from compare.check.program.rows import wrong_rows
from compare.check.program.trace import Program, Trace
from compare.check.program.wording import catalogue_name, said_of
from compare.check.sandbox import Limits
from compare.check.sandbox.magics import without_magics
from compare.check.sandbox.processes import Gone
from compare.check.sandbox.program import ProgramSandbox, Recording

FIRST_EVENTS, FIRST_SECONDS = 40_000, 2.0
"""A first look: enough for some steps of training, and for all of a short program."""
MORE_EVENTS, MORE_SECONDS = 300_000, 8.0
"""A second look, where the first has seen no step, or has not seen what comes after the training."""
TURNS = 3
"""So many turns of the outermost loop of a long training are seen in the second look."""
SEARCH_SECONDS = 6.0
VERIFIED = 3
"""So many candidates are run at most before the search is given up."""


@dataclass
class Cells:
    """A program's source: the text of its code cells, and which of the notebook's cells they are."""

    texts: list[str]
    numbers: list[int] | None
    everything: list[str]
    """The text of all cells, empty where there is no code."""


class Unreadable(Exception):
    """A file that is no program: one sentence says why."""


def read_cells(path: Path, source: bytes) -> Cells:
    """Return a script's or a notebook's code. Raises Unreadable."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("is no text in UTF-8; save it as UTF-8") from None
    if path.suffix != ".ipynb":
        return Cells([text], None, [text])
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(cell["source"]) if cell["cell_type"] == "code" else None for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable("is no notebook: it has no list of cells; save it again from Jupyter") from None
    numbers = [n for n, one in enumerate(code) if one is not None]
    return Cells([one for one in code if one is not None], numbers, [one or "" for one in code])


def examine(path: Path, source: bytes, call: str | None, limits: Limits) -> ProgramResult:
    """Examine one program; whatever it does, a result comes back."""
    result = ProgramResult(str(path), UNREADABLE)
    try:
        cells = read_cells(path, source)
        result.cells = cells.everything
        Examination(path, cells, call, limits, result).run()
    except Unreadable as error:
        result.problem = str(error)
    except SyntaxError as error:
        result.problem = f"has a syntax error in line {error.lineno}: {error.msg}"
    except Gone as error:
        result.problem = f"it {error}"
    return result


class Examination:
    """One program on its way from the file to the result."""

    def __init__(self, path: Path, cells: Cells, call: str | None, limits: Limits, result: ProgramResult) -> None:
        self.path, self.cells, self.call, self.limits, self.result = path, cells, call, limits, result
        self.last = time.perf_counter() + limits.seconds * 0.5
        self.mended_texts: list[str] | None = None
        """The program with a fix that changes its forward pass, by which what it reports changes, too."""

    def run(self) -> None:
        """Examine the program."""
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            ProgramSandbox(self.path, self.cells.texts, self.limits, numbers=self.cells.numbers) as sandbox,
        ):
            warnings.simplefilter("ignore")
            self.sandbox = sandbox
            recording, trace = self.look(self.cells.texts, FIRST_EVENTS, FIRST_SECONDS, {})
            found = None if trace is None else diagnose(trace)
            if found is None and trace is not None and trace.stopped:
                recording, trace = self.look(self.cells.texts, MORE_EVENTS, MORE_SECONDS, {})
                found = None if trace is None else diagnose(trace)
            self.tell(recording)
            if trace is None:
                self.result.problem = recording.ended or "it has nothing to watch"
                return
            if found is None or not found.dues:
                self.not_understood(recording, trace, found)
            self.judge(recording, trace, found)
            self.result.output = recording.printed

    def look(
        self, texts: Sequence[str], events: int, seconds: float, loops: dict[int, int]
    ) -> tuple[Recording, Trace | None]:
        """Run a program, or an edited copy of it, and return what was recorded."""
        plain = without_magics(texts)
        recording = self.sandbox.run(list(texts), events=events, seconds=seconds, loops=loops, call=self.call)
        if not recording.table or not recording.table["ops"]:
            return recording, None
        extra = [self.call] if self.call else []
        numbers = None if self.cells.numbers is None else [*self.cells.numbers, *(-1 for _ in extra)]
        trace = Trace(recording.table, recording.values, Program([*plain, *extra], numbers))
        trace.keep()
        return recording, trace

    def tell(self, recording: Recording) -> None:
        """Note what was made harmless."""
        self.result.notes = list(dict.fromkeys([*self.result.notes, *recording.said]))

    def not_understood(self, recording: Recording, trace: Trace, found: Diagnosis | None) -> None:
        """Say what was missing."""
        crashed = recording.ended is not None and not trace.stopped
        self.result.verdict = NOT_UNDERSTOOD
        if found is None and crashed:
            self.result.verdict, self.result.problem = UNREADABLE, recording.ended
        elif found is None:
            self.result.missing = "no value was seen that is replaced step by step by one computed from it"
            if not self.call:
                self.result.missing += "; if the file only defines things, say what starts its training with --call"
        elif found.unknown:
            error = found.unknown[0]
            place = trace.program.place(error.op.node)
            self.result.missing = (
                f"on the way to the prediction, line {place.line} has {error}, whose derivative is not known"
            )
        else:
            self.result.missing = "no place was found where a prediction that depends on the parameters meets labels"

    # ------------------------------------------------------------------ the verdict

    def judge(self, recording: Recording, trace: Trace, found: Diagnosis | None) -> None:
        """Give the verdict, with everything that belongs to it."""
        reading = self.reading_of(found)
        whole_trace, whole = self.whole(trace, found)
        findings = self.findings(whole_trace, whole, reading)
        description = Description()
        if found is not None and reading is not None and reading in found.dues:
            description = self.described(found, reading)
        steps = [] if found is None or not found.dues else self.steps(trace, found, description)
        if self.mended_texts is not None and findings:
            findings = self.still_there(findings, whole_trace)
        lines = [*steps, *(self.line_of(whole_trace, one) for one in findings)]
        lines = sorted(self.without_doubles(lines), key=lambda line: not line.verified)  # what is sure comes first
        if lines:
            self.result.verdict, self.result.missing = WRONG, None
        elif found is not None and found.dues:
            self.result.verdict = RIGHT if found.right is not None else self.undecided(found)
        self.result.wrong = lines
        if found is not None and found.right is None and not any(line.verified for line in steps):
            description.conventions = []  # of steps that nothing explains it is not known what is meant
        if self.result.verdict != UNREADABLE and found is not None:
            self.put(description)

    def undecided(self, found: Diagnosis) -> str:
        """Say of steps that are not right, for which no edit was found, what they are."""
        wrong = found.wrong
        partly = any(0 < len(bad) < found.counts[reading] for reading, bad in wrong.items())
        if partly or found.uphill is not None:
            return WRONG
        self.result.missing = "the steps follow no rule that is known, by no loss that was tried"
        return NOT_UNDERSTOOD

    def reading_of(self, found: Diagnosis | None) -> Reading | None:
        """Return the reading that explains most."""
        if found is None or not found.dues:
            return None
        return found.right or min(found.dues, key=lambda r: (len(found.wrong[r]), found.rank(r)))

    def whole(self, trace: Trace, found: Diagnosis | None) -> tuple[Trace, Diagnosis | None]:
        """Return a recording that shows the end of the program, too: with a long training made short."""
        if found is None or not trace.stopped:
            return trace, found
        turning = [op.node for op in trace.ops[: found.training.steps[-1].end] if op.kind == "turn"]
        outer = self.outermost(trace, found, turning)
        _, second = self.look(self.cells.texts, MORE_EVENTS, MORE_SECONDS, {outer: TURNS})
        if second is None:
            return trace, found
        again = diagnose(second)
        if again is None or not again.dues:
            return trace, found
        line = trace.program.place(outer).line
        self.result.notes.append(f"The training was cut short: {TURNS} turns of the loop in line {line} were watched.")
        return second, again

    @staticmethod
    def outermost(trace: Trace, found: Diagnosis, turning: Sequence[int]) -> int:
        """Return the outermost loop that was turning when the last step was taken."""
        open_loops: list[int] = []
        for op in trace.ops[: found.training.steps[-1].begin + 1]:
            if op.kind == "turn" and op.node not in open_loops:
                open_loops.append(op.node)
            elif op.kind == "leave" and op.node in open_loops:
                del open_loops[open_loops.index(op.node) :]
        return open_loops[0] if open_loops else turning[-1]

    def findings(self, trace: Trace, found: Diagnosis | None, reading: Reading | None) -> list[Finding]:
        """Return what is wrong beside the steps."""
        if found is None:
            return self.safely(lambda: wrong_rows(trace, None, None))
        best = self.reading_of(found)
        rule = found.rules.get(best) if best is not None else None
        rows = self.safely(lambda: bias_per_row(trace, found.training, best))
        rows += self.safely(lambda: nominal_batch(trace, found.training, best))
        rows += self.safely(lambda: wrong_rows(trace, found.training, best))
        return rows + self.safely(lambda: wrong_reports(trace, found.training, best, rule))

    def still_there(self, findings: Sequence[Finding], trace: Trace) -> list[Finding]:
        """Return the findings that are made of a program whose forward pass is mended, too: others follow from it."""
        assert self.mended_texts is not None
        _, mended = self.look(self.mended_texts, MORE_EVENTS, MORE_SECONDS, trace.shortened)
        found = None if mended is None else diagnose(mended)
        if mended is None or found is None:
            return list(findings)
        names = {one.name for one in self.findings(mended, found, self.reading_of(found))}
        return [one for one in findings if one.name in names]

    @staticmethod
    def safely(check: Callable[[], list[Finding]]) -> list[Finding]:
        """Return what a check finds; one that trips over an unusual program finds nothing."""
        try:
            return check()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, Gone):
            return []

    # ------------------------------------------------------------------ wrong steps

    def steps(self, trace: Trace, found: Diagnosis, description: Description) -> list[WrongLine]:
        """Return the lines by which the steps are wrong, with the fix that was verified."""
        right = found.right
        only = self.cross_entropy_meant(trace, found) if right is not None else None
        if right is not None and only is None:
            return []
        candidates = self.candidates(found, description, only)
        for candidate in candidates[:VERIFIED]:
            texts = self.mended(trace.program, candidate.edits)
            if texts is not None and self.holds(texts, candidate.reading):
                self.mended_texts = texts if candidate.forward else None
                return self.lines_of_candidate(trace, candidate, texts, found)
        if candidates and not found.right:
            return self.lines_of_candidate(trace, candidates[0], None, found)
        if description.first_wrong is not None and self.undecided(found) == WRONG:
            return [self.line_without_fix(trace, description)]
        return []

    def cross_entropy_meant(self, trace: Trace, found: Diagnosis) -> list[Reading] | None:
        """Return the readings with cross-entropy, where a program computes that and descends the squared error."""
        right = found.right
        if right is None or right.loss.name != "mse":
            return None
        logs = [
            op for op in trace.ops
            if op.kind == "call" and op.detail[0].rpartition(".")[2] == "log" and found.training.steps[0].begin < op.at
        ]  # fmt: skip
        if not any(found.windows[-1].down & set(op.inputs) for op in logs) and not logs:
            return None
        wanted = [r for r in found.dues if r.loss.name in ("binary_crossentropy", "categorical_crossentropy")]
        return wanted or None

    def candidates(self, found: Diagnosis, description: Description, only: Sequence[Reading] | None) -> list[Candidate]:
        """Return edits that mend the steps, as far as replaying them tells."""
        readings = list(only) if only else [r for r in found.dues if r.loss.name != "mae"] or list(found.dues)
        until = min(time.perf_counter() + SEARCH_SECONDS, self.last)
        dues = {r: found.dues[r] for r in readings}
        counts = {r: found.counts[r] for r in readings}
        bench = Bench(found.training, found.windows, readings, until, dues, counts)
        bench.strange = description.strange is not None
        bench.adaptive = any(rule is not None and rule.beta_2 for rule in found.rules.values())
        wrong = {r: found.wrong[r] for r in dues}
        return bench.search(all_edits(bench), wrong)

    def mended(self, program: Program, edits: Sequence[Edit]) -> list[str] | None:
        """Return the cells with edits applied; None where they do not fit together."""
        moves = [edit for edit in edits if edit.move_after is not None]
        replaced = tuple((edit.node, edit.text) for edit in edits if edit.move_after is None)
        try:
            texts: list[str] | None = edited(program, replaced)
            for move in moves:
                texts = moved(program, move, texts or [])
            for text in texts or []:
                ast.parse(text)
        except (SyntaxError, AssertionError, IndexError):
            return None
        return None if texts is None or len(moves) > 1 else texts[: len(self.cells.texts)]

    def holds(self, texts: Sequence[str], reading: Reading | None) -> bool:
        """Return whether an edited program's steps are right when it runs."""
        _, trace = self.look(texts, FIRST_EVENTS, FIRST_SECONDS, {})
        again = None if trace is None else diagnose(trace)
        if again is None or again.right is None:
            return False
        return reading is None or again.right.loss.name == reading.loss.name or reading.loss.name in ("mse", "mae")

    def lines_of_candidate(
        self, trace: Trace, candidate: Candidate, texts: Sequence[str] | None, found: Diagnosis
    ) -> list[WrongLine]:
        """Return the lines that a candidate changes; the fix stands beside the first."""
        lines = []
        meant = found.right is not None
        for n, edit in enumerate(sorted(candidate.edits, key=lambda e: trace.program.place(e.node).line)):
            cell, diff = self.diff(texts) if texts is not None else (None, None)
            says, due = said_of(trace, edit, candidate, found)
            if meant:
                says = f"The program computes the cross-entropy, and descends the squared error: {says}"
            name = "squared-error-slope-under-cross-entropy" if meant else catalogue_name(edit)
            line = self.line(trace.program, edit.node, says, due, name)
            fix = diff if n == 0 or cell != line.cell else None
            lines.append(replace_fix(line, fix, texts is not None and fix is not None))
        return lines

    def line_without_fix(self, trace: Trace, description: Description) -> WrongLine:
        """Return the first line that is not what is due, where no edit was found."""
        first = description.first_wrong
        assert first is not None
        return self.line(trace.program, first.node, first.says, first.due, None)

    # ------------------------------------------------------------------ what is wrong beside the steps

    def line_of(self, trace: Trace, finding: Finding) -> WrongLine:
        """Return a finding as a line, with the first edit that holds in a second run."""
        line = self.line(trace.program, finding.node, finding.says, finding.due, finding.name)
        for edit in finding.edits[:VERIFIED]:
            if time.perf_counter() > self.last:
                break
            texts = edited(trace.program, edit)[: len(self.cells.texts)]
            loops = {int(node): times for node, times in trace.shortened.items()}
            try:
                _, second = self.look(texts, MORE_EVENTS, MORE_SECONDS, loops)
                good = second is not None and finding.holds(second)
            except (SyntaxError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, Gone):
                continue
            if good:
                _, diff = self.diff(texts)
                return replace_fix(line, diff, True)
        return line

    # ------------------------------------------------------------------ lines and words

    def line(self, program: Program, node: int, says: str, due: str, name: str | None) -> WrongLine:
        """Return a wrong line with its source."""
        place = program.place(node)
        cell = place.cell
        text = self.cells.everything[cell or 0] if cell is None or cell < len(self.cells.everything) else ""
        source = next(iter(lines_of(text)[place.line - 1 :]), "")
        end = place.end_column if place.end_line == place.line else len(source)
        return WrongLine(cell, place.line, place.column, end, source, says, due, name)

    def diff(self, texts: Sequence[str]) -> tuple[int | None, str | None]:
        """Return the first cell that an edit changes, and the change as a unified diff."""
        for n, (old, new) in enumerate(zip(self.cells.texts, texts, strict=False)):
            plain = without_magics([old])[0]
            if plain == new or old == new:
                continue
            base = old if plain == old else plain
            number = None if self.cells.numbers is None else self.cells.numbers[n]
            name = self.path.name if number is None else f"{self.path.name} cell {number}"
            lines = unified_diff(base.splitlines(True), new.splitlines(True), f"a/{name}", f"b/{name}", n=1)
            return number, "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        return None, None

    @staticmethod
    def without_doubles(lines: Sequence[WrongLine]) -> list[WrongLine]:
        """Return lines with each place once."""
        found: dict[object, WrongLine] = {}
        for line in lines:
            found.setdefault(line.place, line)
        return list(found.values())

    def described(self, found: Diagnosis, reading: Reading) -> Description:
        """Return what was understood, in words."""
        rule: Rule | None = found.rules.get(reading)
        try:
            return describe(
                found.trace, found.training, reading, found.dues[reading], rule, found.wrong.get(reading, frozenset())
            )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return Description()

    def put(self, description: Description) -> None:
        """Hand over a description."""
        result = self.result
        result.model, result.symbols, result.layout = description.model, description.symbols, description.layout
        result.conventions, result.lines = description.conventions, description.lines


def replace_fix(line: WrongLine, fix: str | None, verified: bool) -> WrongLine:
    """Return a line with its fix."""
    values = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return WrongLine(**{**values, "fix": fix, "verified": verified})


def moved(program: Program, edit: Edit, cells: Sequence[str]) -> list[str] | None:
    """Return cells, whose lines are those of the program, with a statement moved behind another one of its block."""
    if edit.move_after is None or [len(lines_of(c)) for c in cells] != [len(lines_of(c)) for c in program.cells]:
        return None
    first, last = program.nodes[edit.node], program.nodes[edit.move_after]
    if not isinstance(first, ast.stmt) or not isinstance(last, ast.stmt):
        return None
    cell = program.cell_of[edit.node]
    while program.parents.get(last.number) != program.parents.get(edit.node):  # type: ignore[attr-defined]
        parent = program.parents.get(last.number)  # type: ignore[attr-defined]
        if parent is None or not isinstance(program.nodes[parent], ast.stmt):
            return None
        last = program.nodes[parent]
    assert isinstance(last, ast.stmt)
    if program.cell_of[last.number] != cell or last.lineno < first.lineno:  # type: ignore[attr-defined]
        return None
    lines = cells[cell].splitlines(keepends=True)
    begin, end = first.lineno - 1, first.end_lineno or first.lineno
    block, behind = lines[begin:end], last.end_lineno or last.lineno
    if isinstance(last, ast.Return) and last.value is not None:
        indent = " " * last.col_offset
        value = ast.get_source_segment(program.cells[cell], last.value)
        name = "passed_back"
        before = [f"{indent}{name} = {value}\n"]
        rest = [*lines[end : last.lineno - 1]]
        new = [*lines[:begin], *before, *block, *rest, f"{indent}return {name}\n", *lines[behind:]]
    else:
        new = [*lines[:begin], *lines[end:behind], *block, *lines[behind:]]
    return [*cells[:cell], "".join(new), *cells[cell + 1 :]]
