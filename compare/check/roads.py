"""How a file is to be understood: by functions of known names, or as a program that trains; decided by its text alone.

A file without training of its own that defines functions of the template's names, or a class with Keras's interface,
is asked question by question (the ladder). Any other is run as it is and watched (the program). A file that has both is
run, unless it is plainly the template filled in; where its training is not understood, its functions are asked.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compare.check.contract import CONTRACT
from compare.check.sandbox.loading import INTERFACE

NOTEBOOK = ".ipynb"
TRAINING = ("train_step", "fit")
ENOUGH = 2
"""So many functions of known names make a file that was written for them; one may be any program's own helper."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Road:
    """How to understand one file, and whether the ladder is a second way to."""

    program: bool
    ladder: bool
    needs_keras: bool = True
    """False where the ladder ends before the first question: there is nothing to ask, or no Python."""


def road_of(path: Path, source: bytes | None, call: str | None = None) -> Road:
    """Tell how to understand a file. ``call`` says that it is a program, and how its training starts."""
    if call or path.suffix == NOTEBOOK:
        return Road(program=True, ladder=False)
    try:
        tree = ast.parse(source or b"")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Road(program=False, ladder=True, needs_keras=False)
    if not tree.body:
        return Road(program=False, ladder=True, needs_keras=False)
    known, classes = known_functions(tree), any(_is_keras_shaped(node) for node in tree.body)
    if not trains_by_itself(tree):
        asked = bool(known) or classes or _brings_names(tree)
        return Road(program=not asked, ladder=asked)
    if len(known) >= ENOUGH and any(name in known for name in TRAINING):
        return Road(program=False, ladder=True)
    return Road(program=True, ladder=classes or len(known) >= ENOUGH)


def known_functions(tree: ast.Module) -> list[str]:
    """Return the contract's functions that a file defines with as many parameters as they have arguments.

    A name that is bound in another way than by ``def`` counts, too: nothing is known of its parameters.
    """
    found = []
    for node in _statements(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name in CONTRACT:
            if _takes(node.args, node.name):
                found.append(node.name)
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found += [name for name in names if name in CONTRACT and isinstance(node.value, ast.Lambda | ast.Name)]
        elif isinstance(node, ast.ImportFrom):
            found += [name for alias in node.names if (name := alias.asname or alias.name) in CONTRACT]
    return list(dict.fromkeys(found))


def _takes(arguments: ast.arguments, name: str) -> bool:
    """Whether parameters can take the arguments of a function of the contract."""
    function = CONTRACT[name]
    many = 1 if function.either else len(function.arguments)
    positional = [*arguments.posonlyargs, *arguments.args]
    return len(positional) - len(arguments.defaults) <= many and (many <= len(positional) or bool(arguments.vararg))


def _is_keras_shaped(node: ast.stmt) -> bool:
    """Whether a statement defines a class with Keras's interface, or one that may inherit it."""
    if not isinstance(node, ast.ClassDef):
        return False
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return all(name in methods for name in INTERFACE) or ("get_weights" in methods and bool(node.bases))


def _brings_names(tree: ast.Module) -> bool:
    """Whether names come from another file, so that they are known only when it runs."""
    return any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
        for node in _statements(tree.body)
    )


def trains_by_itself(tree: ast.Module) -> bool:
    """Whether what runs when the file runs may train: a loop that assigns, there or in what is reached from there."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            defined.setdefault(node.name, []).extend(_run_when_used(node))
    todo: list[ast.AST] = [node for node in tree.body if not isinstance(node, DEFINITIONS)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.For | ast.While) and any(map(_assigns, ast.walk(node))):
            return True
        if not isinstance(node, DEFINITIONS):
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            todo += [*ast.iter_child_nodes(node), *defined.pop(name, [])]
    return False


def _run_when_used(node: Definition) -> list[ast.stmt]:
    """Return what runs where a function is called, or a class makes an object."""
    if not isinstance(node, ast.ClassDef):
        return node.body
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name.startswith("__")]
    return [*node.body, *(statement for method in methods for statement in method.body)]


def _assigns(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those within an ``if`` or a ``try`` as well."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, part, []))
