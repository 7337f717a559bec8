"""The Keras lines of ``keras_ref``, read from its source: whatever is written there has to be explained."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras_ref
from compare.core.config import Config
from keras_ref import __main__ as script

FUNCTIONS = (script.load_data, keras_ref.scale, keras_ref.is_digit, keras_ref.build, script.main)
SPEAKS_KERAS = ("keras", "model")
LOAD = script.load_data.__name__


@dataclass(frozen=True)
class KerasLine:
    """A statement of ``keras_ref``, where it stands, and the words in it that need explaining."""

    place: str
    code: str
    words: tuple[str, ...]


def read_keras_lines() -> list[KerasLine]:
    """Return every statement that speaks to Keras or computes something, in the order in which they run.

    The words of a line are the methods that it calls on ``keras`` or ``model``, each of their keywords, and what it
    computes by an operator: ``Dense``, ``Dense(activation=)``, ``x / peak``. ``load_data`` is Keras's word and the
    script's own function that stands for it.
    """
    return [line for function in FUNCTIONS for line in _lines_of(function)]


def _lines_of(function: Any) -> Iterator[KerasLine]:
    source, first = inspect.getsourcelines(function)
    package = function.__module__.replace(".", "/")
    for statement in ast.walk(ast.parse(textwrap.dedent("".join(source)))):
        if isinstance(statement, ast.Return | ast.Assign | ast.Expr):
            words = tuple(_words(statement))
            if words:
                yield KerasLine(f"{package}.py:{first + statement.lineno - 1}", ast.unparse(statement), words)


def _words(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == LOAD:
            yield LOAD
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _speaks_keras(node.func):
            yield node.func.attr
            yield from (f"{node.func.attr}({keyword.arg}=)" for keyword in node.keywords)
        elif isinstance(node, ast.BinOp | ast.Compare) and isinstance(statement, ast.Return):
            yield ast.unparse(node)


def _speaks_keras(callee: ast.expr) -> bool:
    while isinstance(callee, ast.Attribute):
        callee = callee.value
        if isinstance(callee, ast.Name):
            return callee.id in SPEAKS_KERAS
    return False


def written(line: KerasLine, config: Config, shape: tuple[int, ...], peak: float) -> str:
    """Return a line as this run has it: with values in the place of the parameters."""
    filled = _Filled(config, shape, peak).visit(ast.parse(line.code))
    return ast.unparse(ast.fix_missing_locations(filled)).removeprefix("return ").replace("'", '"')


def marked(word: str, code: str) -> tuple[str, str, str]:
    """Cut a written line into what comes before the word, the word with its value, and what comes after it."""
    name, _, keyword = word.removesuffix("=)").partition("(")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            found = name
            if keyword:
                found = next(ast.unparse(entry).replace("'", '"') for entry in node.keywords if entry.arg == keyword)
            before, _, after = code.partition(found)
            return before, found, after
    return "", code, ""


class _Filled(ast.NodeTransformer):
    """Puts a run's values into a line: parameters, settings, and the optimizer."""

    def __init__(self, config: Config, shape: tuple[int, ...], peak: float) -> None:
        self.config = config
        self.names: dict[str, Any] = {
            "activation": config.activation,
            "loss": config.loss,
            "shape": shape,
            "digit": config.digit,
            "peak": peak,
        }
        self.settings = {"batch_size": config.batch_size, "epochs": config.epochs}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "optimizer":
            return self._optimizer()
        return ast.Constant(self.names[node.id]) if node.id in self.names else node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        if node.arg in self.settings:
            return ast.keyword(node.arg, ast.Constant(self.settings[node.arg]))
        return ast.keyword(node.arg, self.visit(node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if ast.unparse(node.func) == LOAD:
            return ast.parse(next(_lines_of(script.load_data)).code.removeprefix("return "), mode="eval").body
        if ast.unparse(node.func).startswith("keras.optimizers."):
            return self._optimizer()
        if self.config.pixels == "raw" and ast.unparse(node.func) == "scale":
            return node.args[0]
        self.generic_visit(node)
        return node

    def _optimizer(self) -> ast.expr:
        config = self.config
        if config.optimizer == "adam":
            return ast.parse(f"keras.optimizers.Adam(learning_rate={config.learning_rate})", mode="eval").body
        momentum = f", momentum={config.momentum}" if config.momentum else ""
        nesterov = ", nesterov=True" if config.nesterov else ""
        call = f"keras.optimizers.SGD(learning_rate={config.learning_rate}{momentum}{nesterov})"
        return ast.parse(call, mode="eval").body
