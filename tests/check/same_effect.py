"""Scores a result of ``mistakes --programs`` again: a fix counts if the program that it mends is proved to be right.

    python -m compare mistakes --programs tests/check/programs --json docs/programs.json
    python -m tests.check.same_effect docs/programs.json

The checker's word is not taken: its diff is applied, the program runs, and the key's proof decides.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compare.check.program_benchmark import markdown, read_result, scored
from compare.common.files import write_json
from tests.check.program_keys import Program, read_programs
from tests.check.program_proofs import same_effect


class Proof:
    """Whether verified fixes mend a program; asked as the score asks, with a file's name and entries of ``wrong``."""

    def __init__(self, programs: Sequence[Program]) -> None:
        """Know the programs by name."""
        self._programs = {program.path.name: program for program in programs}

    def __call__(self, file: str, fixes: Sequence[Mapping[str, Any]]) -> bool:
        """Apply one of the diffs, or all of them, and hold the program against its key's proof."""
        return same_effect(self._programs[file], [(entry["cell"], entry["fix"]) for entry in fixes])


def main(path: Path) -> None:
    """Score a result by proof, write it back, and print what the README quotes."""
    programs, told = read_programs(), read_result(path)
    told |= scored(told["files"], {program.path.name: program.key for program in programs}, Proof(programs))
    write_json(told, path, "FILE")
    print(markdown(told), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
