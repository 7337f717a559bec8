"""The Keras calls in a script's text, in the order in which they stand: which line, which of Keras's words."""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from compare.run.source import Source

PACKAGES = ("tensorflow.keras", "tensorflow.python.keras", "tf_keras", "keras")
METHODS = ("add", "compile", "fit", "evaluate", "predict", "summary", "save", "save_weights", "load_weights",
           "train_on_batch", "test_on_batch", "predict_on_batch", "get_weights", "set_weights")  # fmt: skip
"""What a script asks of a model."""


@dataclass(frozen=True)
class KerasCall:
    """A call: where it is, its text, and the word for it in Keras, ``layers.Dense`` or, of a model, ``.fit``."""

    line: int
    end: int
    word: str
    code: str
    keywords: tuple[tuple[str, str], ...]
    """The name of each keyword, and the text that stands for it in the call: ``activation="relu"``."""
    positional: tuple[str, ...] = ()
    """The text of each argument that is given by its place."""

    def argument(self, keyword: str, place: int | None = None) -> str | None:
        """Return the text of an argument; None where it is not given."""
        found = dict(self.keywords).get(keyword)
        if found is None and place is not None and place < len(self.positional):
            return self.positional[place]
        return found

    def cut(self, part: str | None) -> tuple[str, str, str]:
        """Cut the text into what is before a part of it, the part, and what is after it."""
        if not part or part not in self.code:
            name = self.word.rpartition(".")[2]
            before, found, after = self.code.partition(name)
            return (before, found, after) if found else ("", self.code, "")
        before, found, after = self.code.partition(part)
        return before, found, after


def keras_calls(source: Source) -> list[KerasCall]:
    """Return every call of something that the script imports from Keras, or of a model's method."""
    tree = ast.parse(source.text)
    names = _names(tree)
    calls = [call for node in ast.walk(tree) if isinstance(node, ast.Call) for call in _call(source, node, names)]
    return sorted(calls, key=lambda call: (call.line, call.end))


def _names(tree: ast.Module) -> dict[str, str]:
    """Return what every imported name stands for, and those that are assigned one: ``layers = keras.layers``."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            path = _path(node.value, names)
            if path and _in_keras(path):
                names[node.targets[0].id] = path
    return names


def _path(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return the dotted path that an expression stands for; None where it begins with no imported name."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        below = _path(node.value, names)
        return below and f"{below}.{node.attr}"
    return None


def _in_keras(path: str) -> str | None:
    """Return the path within Keras; None where it is another package's."""
    for package in PACKAGES:
        if path == package:
            return ""
        if path.startswith(f"{package}."):
            return path.removeprefix(f"{package}.")
    return None


def _call(source: Source, node: ast.Call, names: dict[str, str]) -> Iterator[KerasCall]:
    path = _path(node.func, names)
    word = _in_keras(path) if path else None
    if not word:
        method = node.func.attr if isinstance(node.func, ast.Attribute) and path is None else None
        if method not in METHODS or (method == "add" and not node.args):
            return
        word = f".{method}"
    yield KerasCall(
        node.lineno,
        node.end_lineno or node.lineno,
        word,
        _text(source, node),
        tuple((keyword.arg, _text(source, keyword)) for keyword in node.keywords if keyword.arg),
        tuple(_text(source, argument) for argument in node.args),
    )


def _text(source: Source, node: ast.expr | ast.keyword) -> str:
    """Return a node's text as it is written, its later lines moved left with the first."""
    first, *rest = (ast.get_source_segment(source.text, node) or "").split("\n")
    return "\n".join([first, *textwrap.dedent("\n".join(rest)).split("\n")]) if rest else first
