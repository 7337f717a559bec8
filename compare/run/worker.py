"""Runs in the script's own process: prepares Keras, executes the script, and tells what is found, as it is found."""

import json
import os
import pickle
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from compare.run.findings import Ended, Finding, Said
from compare.run.source import Source, read_source


class Mouth:
    """What a script prints on: each piece of it is a finding."""

    encoding = "utf-8"

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def tell(self, finding: Finding) -> None:
        """Send a finding to whoever shows it."""
        pickle.dump(finding, self.stream)
        self.stream.flush()

    def write(self, text: str) -> int:
        """Take what is printed."""
        self.tell(Said(str(text)))
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """It is no terminal, and so nobody draws bars on it."""
        return False


def main() -> None:
    """Read what is to be done from the command line, and do it."""
    options = json.loads(sys.argv[1])
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries write past Python goes where errors go
    mouth = Mouth(stream)
    sys.stdout = sys.stderr = mouth
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (it is the script's to the end)
    source = read_source(Path(options["path"]))
    sys.argv, sys.path[0] = [str(source.path)], str(source.path.resolve().parent)
    mouth.tell(execute(source, mouth.tell, options["epochs"], options["train_size"], options["brief"]))


def execute(
    source: Source, tell: Callable[[Finding], None], epochs: int | None, train_size: int | None, brief: bool
) -> Ended:
    """Execute the script as ``__main__``, watched; say how it ended."""
    from compare.common.environment import environment
    from compare.run import stand_ins
    from compare.run.watching import Watcher
    from keras_ref.library import load_keras

    filename = str(source.path.resolve())
    stand_ins.draw_without_a_window()
    keras, found = load_keras(), environment()
    watcher = Watcher(keras, filename, tell, epochs, train_size, brief)
    module = types.ModuleType("__main__")
    module.__file__ = filename
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        with watcher.watching(), stand_ins.answering(keras, tell, watcher.line):
            exec(compile(source.text, filename, "exec"), vars(module))
    except SystemExit:
        return Ended(environment=found)
    except BaseException as error:
        return Ended(_said(error), _line_of(error, filename), found)
    finally:
        sys.modules["__main__"] = before
    return Ended(environment=found)


def _said(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "it asks for input, and there is nobody to answer"
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _line_of(error: BaseException, filename: str) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    return lines[-1] if lines else getattr(error, "lineno", None)


if __name__ == "__main__":
    main()
