"""What a live function says of itself: its sentence, its formula, its source. Nothing is written down twice."""

import ast
import inspect
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stated:
    """A function of the math, as its docstring and its source state it."""

    name: str
    place: str
    sentence: str
    formula: str
    """Lines that Python can run; empty for a function that computes nothing."""
    source: str
    """The code without its docstring, which is shown beside it."""


def stated(function: Any, explained_by: Any = None, formula: int = 0) -> Stated:
    """Read a function; ``explained_by`` is the class whose docstring explains it, ``formula`` which of several holds.

    A function without a docstring's formula that only returns an expression has that as its formula.
    """
    text = inspect.getdoc(explained_by or function) or ""
    formulas = formulas_in(text)
    source, first = inspect.getsourcelines(inspect.unwrap(function))
    tree = ast.parse(inspect.cleandoc("\n" + "".join(source)))
    return Stated(
        name=function.__qualname__,
        place=f"{function.__module__.replace('.', '/')}.py:{first}",
        sentence=text.split("\n\n")[0].replace("\n", " "),
        formula=formulas[formula] if formulas else _returned(tree),
        source=_without_docstring(source),
    )


def formulas_in(docstring: str) -> list[str]:
    """Return each run of lines that are indented further than the text."""
    runs = re.findall(r"(?:^    +\S.*\n?)+", inspect.cleandoc(docstring), re.MULTILINE)
    return [inspect.cleandoc(run) for run in runs]


def _returned(tree: ast.Module) -> str:
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    last = function.body[-1]
    simple = isinstance(last, ast.Return) and isinstance(last.value, ast.BinOp | ast.Compare)
    return ast.unparse(last.value) if simple and isinstance(last, ast.Return) and last.value else ""


def _without_docstring(lines: list[str]) -> str:
    """Leave the docstring out, and the indentation that the place in the class brings."""
    source = inspect.cleandoc("\n" + "".join(lines))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0]
    kept = source.splitlines()
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        kept[first.lineno - 1 : first.end_lineno] = []
    return "\n".join(kept).replace("\n\n\n", "\n\n").strip()
