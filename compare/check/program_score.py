"""How well a checker does on training programs whose keys are known: what the benchmark's table says."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from compare.common.errors import BadInput

Result = Mapping[str, Any]
"""One file's result, as in the JSON of `check`: `file`, `verdict`, `wrong` and `seconds` are read."""

SameEffect = Callable[[str, Sequence[Mapping[str, Any]]], bool]
"""Asked with a file's name and its verified fixes (the entries of `wrong`): do they mend what the true fix mends?"""


@dataclass(frozen=True)
class Share:
    """So many out of so many; ``of`` may be 0."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        """The share in percent, and 0 of nothing."""
        return 100 * self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class FileScore:
    """What one file's result is worth. ``line`` and ``fix`` are None where the program is right."""

    file: str
    due: str
    verdict: str
    line: bool | None
    fix: bool | None
    seconds: float

    @property
    def understood(self) -> bool:
        """Whether there was a verdict at all."""
        return self.verdict in ("right", "wrong")

    @property
    def false_alarm(self) -> bool:
        """Whether a right program is called wrong."""
        return self.due == "right" and self.verdict == "wrong"

    @property
    def found(self) -> bool:
        """Whether a wrong program is called wrong."""
        return self.due == self.verdict == "wrong"


@dataclass(frozen=True)
class KindScore:
    """A kind of mistake: in how many programs it is, is found, and is named with its line, whatever else is wrong."""

    name: str
    programs: int
    found: int
    line: int


@dataclass(frozen=True)
class ProgramScore:
    """The score of a checker on a set of programs, file by file and by kind of mistake."""

    files: tuple[FileScore, ...]
    kinds: tuple[KindScore, ...]

    @property
    def wrong(self) -> list[FileScore]:
        """The programs that are wrong by their key."""
        return [file for file in self.files if file.due == "wrong"]

    @property
    def understood(self) -> Share:
        """Files with a verdict, of all."""
        return Share(sum(file.understood for file in self.files), len(self.files))

    @property
    def false_alarms(self) -> Share:
        """Right programs called wrong, of the right ones."""
        return Share(sum(file.false_alarm for file in self.files), len(self.files) - len(self.wrong))

    @property
    def found(self) -> Share:
        """Wrong programs called wrong, of the wrong ones."""
        return Share(sum(file.found for file in self.wrong), len(self.wrong))

    @property
    def line(self) -> Share:
        """Wrong programs in which the first line that is named is a wrong line, of the wrong ones."""
        return Share(sum(file.line is True for file in self.wrong), len(self.wrong))

    @property
    def fix(self) -> Share:
        """Wrong programs with a verified fix that mends what the true fix mends, of the wrong ones."""
        return Share(sum(file.fix is True for file in self.wrong), len(self.wrong))

    @property
    def seconds(self) -> float:
        """The median of the seconds a file."""
        return median(file.seconds for file in self.files) if self.files else 0.0


def score(
    results: Sequence[Result], keys: Mapping[str, Mapping[str, Any]], same_effect: SameEffect | None = None
) -> ProgramScore:
    """Hold results against the keys of the same file names; a key without a result counts as not understood.

    Without ``same_effect`` a fix counts if the checker says that it is verified.
    """
    found = {Path(result["file"]).name: result for result in results}
    nothing: Result = {"verdict": "not understood", "wrong": [], "seconds": 0.0}
    pairs = {file: (found.get(file, nothing), key) for file, key in keys.items()}
    files = tuple(_file_score(file, result, key, same_effect) for file, (result, key) in pairs.items())
    return ProgramScore(files, _kinds(list(pairs.values())))


def _file_score(file: str, result: Result, key: Mapping[str, Any], same_effect: SameEffect | None) -> FileScore:
    """Score one file."""
    line = fix = None
    if key["verdict"] == "wrong":
        named = [_place(entry) for entry in result["wrong"]] if result["verdict"] == "wrong" else []
        line = bool(named) and any(named[0] in _places(mistake) for mistake in key["wrong"])
        fixes = [entry for entry in result["wrong"] if entry.get("verified") and entry.get("fix")]
        fix = bool(fixes) and (same_effect is None or same_effect(file, fixes))
    return FileScore(file, key["verdict"], result["verdict"], line, fix, float(result["seconds"]))


def _kinds(pairs: Sequence[tuple[Result, Mapping[str, Any]]]) -> tuple[KindScore, ...]:
    """Count by kind of mistake, the most frequent first."""
    counts: dict[str, list[int]] = {}
    for result, key in pairs:
        found = result["verdict"] == "wrong"
        named = {_place(entry) for entry in result["wrong"]} if found else set()
        for mistake in key.get("wrong", []):
            count = counts.setdefault(mistake["name"], [0, 0, 0])
            count[0] += 1
            count[1] += found
            count[2] += bool(named & _places(mistake))
    return tuple(KindScore(name, *counts[name]) for name in sorted(counts, key=lambda name: (-counts[name][0], name)))


def _place(entry: Mapping[str, Any]) -> tuple[int | None, int]:
    """Return the cell (None in a script) and the line of an entry."""
    return entry.get("cell"), entry["line"]


def _places(mistake: Mapping[str, Any]) -> set[tuple[int | None, int]]:
    """Return the places that may be named for a mistake: its own, and the alternatives (a pair each in a notebook)."""
    pairs = [entry if isinstance(entry, list) else [None, entry] for entry in mistake["alternatives"]]
    return {_place(mistake), *((cell, line) for cell, line in pairs)}


def read_keys(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the keys of a folder of programs by the program's file name.

    Raises BadInput for a folder without keys, and for a key that is no TOML or has no program beside it.
    """
    keys = {}
    for path in sorted(folder.glob("*.key.toml")):
        programs = [folder / (path.name.removesuffix(".key.toml") + suffix) for suffix in (".py", ".ipynb")]
        program = next((p for p in programs if p.exists()), None)
        if program is None:
            raise BadInput(f"{path}: there is no program of this name beside the key. Put it there, or remove the key.")
        try:
            keys[program.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: this key cannot be read as TOML ({error}). Correct it.") from error
    if not keys:
        raise BadInput(f"{folder}: there are no keys (*.key.toml) here. Name the folder that holds programs with keys.")
    return keys
