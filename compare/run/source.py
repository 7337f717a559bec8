"""A script, or the code of a notebook, as one text; and where each of its lines stands for a reader."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from compare.common.errors import BadInput

MAGIC = re.compile(r"^\s*[%!?]|^\s*[\w.]+\?{1,2}\s*$")
"""A line for IPython or the shell, in a notebook's cell."""


@dataclass(frozen=True)
class Source:
    """What is executed, and the first line of each cell where it is a notebook."""

    path: Path
    text: str
    cells: tuple[int, ...] = ()

    def place(self, line: int | None) -> str:
        """Say where a line stands: ``line 12``, or ``cell 3, line 2``."""
        if line is None:
            return self.path.name
        number = sum(first <= line for first in self.cells)
        return f"cell {number}, line {line - self.cells[number - 1] + 1}" if self.cells else f"line {line}"

    def line(self, number: int) -> str:
        """Return the text of a line."""
        lines = self.text.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def read_source(path: Path) -> Source:
    """Read a script or a notebook. Raises BadInput in one sentence for what is neither."""
    if not path.is_file():
        raise BadInput(f"{path} is no file; name a script or a notebook that is there")
    if path.suffix not in (".py", ".ipynb"):
        raise BadInput(f"{path} is neither a script nor a notebook: its name ends in {path.suffix or 'nothing'}")
    try:
        text = path.read_text(encoding="utf-8-sig")
        source = _of_a_notebook(path, text) if path.suffix == ".ipynb" else Source(path, text)
        compile(source.text, str(path), "exec")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as text: {error}") from None
    except SyntaxError as error:
        raise BadInput(f"{path} is no Python that runs: {error.msg} ({source.place(error.lineno)})") from None
    except ValueError as error:
        raise BadInput(f"{path} is no Python that runs: {error}") from None
    return source


def _of_a_notebook(path: Path, text: str) -> Source:
    """Put the cells of code one below the other; lines for IPython and the shell become remarks."""
    try:
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        codes = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{path} is no notebook: it holds no cells in JSON") from None
    lines: list[str] = []
    firsts = []
    for code in codes:
        firsts.append(len(lines) + 1)
        for_the_shell = code.lstrip().startswith("%%")
        lines += [f"# {line}" if for_the_shell else _plain(line) for line in code.splitlines() or [""]]
    return Source(path, "\n".join(lines) + "\n", tuple(firsts))


def _plain(line: str) -> str:
    if not MAGIC.match(line):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.strip()}"
