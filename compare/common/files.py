"""Files that appear whole or not at all, and directories that are tried before any work is done for nothing."""

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

from compare.common.errors import BadInput


def write_json(value: Any, path: Path, option: str = "--out") -> None:
    """Write a value so that any JSON parser reads it: NaN and infinities become strings. Raises as ``write_text``."""
    write_text(json.dumps(_finite(value), indent=2, allow_nan=False) + "\n", path, option)


def write_text(text: str, path: Path, option: str = "--out") -> None:
    """Write a text file, whole or not at all. Raises as ``write_bytes``."""
    write_bytes(text.encode(), path, option)


def write_bytes(content: bytes | memoryview, path: Path, option: str = "--out") -> None:
    """Write a file, whole or not at all. Raises BadInput that names ``option`` where that cannot be done."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.chmod(file.name, 0o644)
                os.replace(file.name, path)
            except OSError:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise unwritable(path.parent, error, option) from None


def unwritable(directory: Path, error: OSError, option: str = "--out") -> BadInput:
    """Say that nothing can be written there."""
    return BadInput(f"cannot write to {option} {directory}: {error.strerror}; name a directory that you may write to")


def output_directory(directory: Path, option: str = "--out") -> Path:
    """Make the directory where it is missing and try it, before any work is done for nothing."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise unwritable(directory, error, option) from None
    return directory


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
