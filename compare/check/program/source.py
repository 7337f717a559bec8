"""What stands in a program's source: the numbers of its nodes, what statements give a value to, who reads it."""

import ast
from collections.abc import Iterator

from compare.check.program.trace import Program


def number_of(node: ast.AST) -> int:
    number: int = node.number  # type: ignore[attr-defined]
    return number


def target_text(program: Program, statement: int) -> str:
    node = program.nodes[statement]
    if isinstance(node, ast.AugAssign):
        return program.text(number_of(node.target))
    if isinstance(node, ast.Assign):
        return program.text(number_of(node.targets[0]))
    return program.text(statement)


def assignments_of(program: Program, name: str) -> list[int]:
    """Return the statements that give a name its value, from the first."""
    found = []
    for node in program.nodes:
        targets: list[ast.AST] = []
        if isinstance(node, ast.Assign):
            targets = list(node.targets)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            for one in ast.walk(target):
                if isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) == name:
                    found.append(number_of(node))
    return found


def readers_of(program: Program, to: ast.AST, number: int) -> Iterator[int]:
    """Yield the statements that read a name which another statement gives."""
    text = ast.unparse(to)
    for other in program.nodes:
        if (
            isinstance(other, ast.Name | ast.Attribute)
            and isinstance(other.ctx, ast.Load)
            and ast.unparse(other) == text
        ):
            statement = program.statement(number_of(other))
            if statement != number:
                yield statement
