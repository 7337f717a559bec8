"""Writes the file to start from: every function that can be checked, with its formula, and nothing in it."""

import shlex
from importlib.resources import files
from pathlib import Path

from compare.common.errors import BadInput


def write_starting_file(path: Path) -> None:
    """Write a new file; whatever is there already stays as it is. Raises BadInput where that is so."""
    text = files("compare.check").joinpath("templates/mine.py").read_text(encoding="utf-8")
    text = text.replace("compare check mine.py", f"compare check {shlex.quote(path.name)}")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadInput(f"{path} is there already and stays as it is; name another file") from None
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}; name a file that you may write") from None
