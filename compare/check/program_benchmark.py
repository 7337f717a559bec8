"""Checks training programs whose keys are known, and counts what is found: ``mistakes --programs``."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from compare.check.checking import check_files
from compare.check.program_score import ProgramScore, SameEffect, Share, read_keys, score
from compare.check.sandbox import Limits
from compare.common.environment import machine
from compare.common.errors import BadInput
from compare.common.files import write_json

VERIFIED_ONLY = "the checker says that it is verified"
PROVED = "verified, and the mended program proved by automatic differentiation to be right"

MEASURES = {
    "understood": "understood",
    "false_alarms": "right programs called wrong",
    "found": "wrong programs found wrong",
    "line": "the first line named is a wrong line",
    "fix": "a fix that mends the program",
}
"""What is counted, as it is called in tables."""


@dataclass
class ProgramBenchmark:
    """Programs with keys, and the results so far, as in the JSON of ``check``."""

    folder: Path
    keys: dict[str, dict[str, Any]]
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, finished: Path | None = None) -> "ProgramBenchmark":
        """Read the keys, and the results that are in a file already. Raises BadInput where either cannot be read."""
        keys = read_keys(folder)
        results = {}
        if finished is not None and finished.exists():
            results = {one["file"]: one for one in read_result(finished)["files"] if one["file"] in keys}
        return cls(folder, keys, results)

    def run(self, workers: int | None = None, limits: Limits | None = None) -> Iterator[str]:
        """Check the programs that have no result yet, and yield the name of each as soon as it is done."""
        paths = [self.folder / name for name in self.keys if name not in self.results]
        calls = {path: self.keys[path.name]["call"] for path in paths if "call" in self.keys[path.name]}
        for number, result in check_files(paths, None, limits or Limits(), workers=workers, calls=calls):
            name = paths[number].name
            self.results[name] = result.as_dict() | {"file": name}
            yield name

    @property
    def score(self) -> ProgramScore:
        """What the results are worth."""
        return score(list(self.results.values()), self.keys)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON."""
        about = {
            "command": shlex.join(["python", "-m", "compare", *sys.argv[1:]]),
            "environment": machine(),
        }
        return about | scored(list(self.results.values()), self.keys)

    def write(self, path: Path) -> None:
        """Write what there is so far, whole or not at all."""
        write_json(self.as_dict(), path, "--json")


def read_result(path: Path) -> dict[str, Any]:
    """Return what ``mistakes --programs`` wrote. Raises BadInput for a file that holds something else."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if all({"file", "verdict", "wrong", "seconds"} <= one.keys() for one in told["files"]):
            return dict(told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BadInput(f"{path} is no result of mistakes --programs; name one, or leave it out and begin anew")


def scored(
    results: Sequence[Mapping[str, Any]],
    keys: Mapping[str, Mapping[str, Any]],
    same_effect: SameEffect | None = None,
) -> dict[str, Any]:
    """Return results with their score: in all, by kind of mistake, and file by file.

    ``same_effect`` decides whether a fix counts; without it, the checker's own word does.
    """
    found = score(results, keys, same_effect)
    by_name = {result["file"]: result for result in results}
    return {
        "programs": len(keys),
        "right": sum(key["verdict"] == "right" for key in keys.values()),
        "wrong": len(found.wrong),
        "wrong_twice": sum(len(key.get("wrong", [])) > 1 for key in keys.values()),
        "fix_counts_if": PROVED if same_effect else VERIFIED_ONLY,
        "score": {name: share_as_dict(getattr(found, name)) for name in MEASURES} | {"seconds": found.seconds},
        "kinds": [asdict(kind) for kind in found.kinds],
        "files": [
            dict(by_name[file.file])
            | {"due": file.due, "line_is_wrong": file.line, "fix_mends": file.fix}
            | {"mistakes": [mistake["name"] for mistake in keys[file.file].get("wrong", [])]}
            for file in found.files
            if file.file in by_name
        ],
    }


def share_as_dict(share: Share) -> dict[str, Any]:
    """Return a share for JSON."""
    return {"count": share.count, "of": share.of, "percent": round(share.percent, 1)}


def markdown(told: Mapping[str, Any]) -> str:
    """Write what the JSON holds as a table and a few sentences; nothing in there is not from the run."""
    lines = [
        f"Measured by `{told['command']}` on {told['programs']} programs, {told['right']} right and {told['wrong']} "
        f"wrong, {told['wrong_twice']} of them twice, on {told['environment']['cores']} cores.",
        "",
        "| | programs | |",
        "|---|---|---|",
    ]
    for name, title in MEASURES.items():
        share = told["score"][name]
        lines.append(f"| {title} | {share['count']} of {share['of']} | {share['percent']:.0f} % |")
    lines.append(f"| median seconds a file | {told['score']['seconds']:.1f} | |")
    return "\n".join([*lines, "", *sentences(told)]) + "\n"


def sentences(told: Mapping[str, Any]) -> list[str]:
    """Say what failed, by name: which programs, and which kinds of mistakes."""
    files = told["files"]
    failed = {
        "Right, and called wrong": [f for f in files if f["due"] == "right" and f["verdict"] == "wrong"],
        "Wrong, and called right": [f for f in files if f["due"] == "wrong" and f["verdict"] == "right"],
        "Not understood": [f for f in files if f["verdict"] not in ("right", "wrong")],
        "Another line named than a wrong one": [
            f for f in files if f["due"] == f["verdict"] == "wrong" and not f["line_is_wrong"]
        ],
    }
    said = [f"A fix counts if {told['fix_counts_if']}."]
    said += [f"{title}: {_names([f['file'] for f in some])}." for title, some in failed.items() if some]
    missed = [kind for kind in told["kinds"] if kind["line"] < kind["programs"]]
    if missed:
        parts = (f"{kind['name']} ({kind['line']} of {kind['programs']})" for kind in missed)
        said.append(f"Kinds of mistakes whose line is not always named: {', '.join(parts)}.")
    return said


def _names(files: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in files)
