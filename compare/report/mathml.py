"""Formulas as mathematics: a docstring's Python lines to MathML, which every browser sets by itself.

``X @ W`` is a product of matrices and stands without a sign; ``*`` multiplies entry by entry and is a dot; ``/`` is a
fraction, ``**`` a power, ``exp(x)`` a power of e, ``==`` the question ≟; sums and means tell below what they run over.
"""

import ast
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

if TYPE_CHECKING:
    from markupsafe import Markup

GREEK = {"alpha": "α", "beta": "β", "epsilon": "ε", "EPSILON": "ε"}
SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Eq: "≟", ast.Gt: ">", ast.GtE: "≥", ast.Lt: "<", ast.LtE: "≤"}
SHORT = {"maximum": "max", "minimum": "min"}
FENCED = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉", "norm": "‖‖"}
OVER = {"-1": "units", "0": "rows"}
NUMBERED = re.compile(r"(d?[WXabz])(\d+)")
"""A symbol of one layer of several."""
COMPARED, ADDED, MULTIPLIED, RAISED, ATOM = range(5)

Part = tuple[Element, int]
"""An element, and how tightly it holds together."""


def mathml(formula: str) -> "Markup":
    """Set a formula of one or more lines, aligned at their equals signs. The Python text is its alternative text."""
    from markupsafe import Markup

    math = _element("math", display="block", alttext=formula)
    lines = ast.parse(formula).body
    if len(lines) == 1:
        math.append(_row(*_sides(lines[0])))
    else:
        rows = [_element("mtr", *(_element("mtd", side) for side in _sides(line))) for line in lines]
        math.append(_element("mtable", *rows, displaystyle="true"))
    return Markup(ElementTree.tostring(math, encoding="unicode"))


def _sides(line: ast.stmt) -> list[Element]:
    if isinstance(line, ast.Assign):
        first, *more = [_tight(target, COMPARED) for target in line.targets]
        value = [part for target in more for part in (target, _operator("="))]
        return [first, _operator("="), _row(*value, _tight(line.value, COMPARED))]
    if isinstance(line, ast.Expr):
        return [_tight(line.value, COMPARED)]
    raise ValueError(f"a formula is made of assignments, not of {ast.unparse(line)!r}")


def _element(tag: str, *children: Element, text: str = "", **attributes: str) -> Element:
    element = Element(tag, attributes)
    element.text = text or None
    element.extend(children)
    return element


def _row(*children: Element) -> Element:
    return children[0] if len(children) == 1 else _element("mrow", *children)


def _operator(sign: str, **attributes: str) -> Element:
    return _element("mo", text=sign, **attributes)


def _fenced(inside: Element, signs: str = "()") -> Element:
    left, right = (_operator(sign, fence="true", stretchy="true") for sign in signs)
    return _element("mrow", left, inside, right)


def _tight(node: ast.expr, least: int) -> Element:
    """Set a node, in parentheses where it holds together less tightly than its place asks for."""
    element, strength = _set(node)
    return element if strength >= least else _fenced(element)


def _set(node: ast.expr) -> Part:
    match node:
        case ast.Name():
            return _name(node.id), ATOM
        case ast.Constant():
            return _element("mn", text=str(node.value)), ATOM
        case ast.UnaryOp(op=ast.USub()):
            return _row(_operator("−"), _tight(node.operand, MULTIPLIED)), ADDED
        case ast.BinOp():
            return _operation(node)
        case ast.Compare():
            parts = [_tight(node.left, ADDED)]
            for sign, right in zip(node.ops, node.comparators, strict=True):
                parts += [_operator(SIGNS[type(sign)]), _tight(right, ADDED)]
            return _row(*parts), COMPARED
        case ast.Attribute(attr="T"):
            return _element("msup", _tight(node.value, ATOM), _operator("⊤")), RAISED
        case ast.Attribute(attr="size"):
            return _row(_element("mtext", text="size of\N{NO-BREAK SPACE}"), _tight(node.value, ATOM)), MULTIPLIED
        case ast.Call():
            return _call(node)
    return _element("mtext", text=ast.unparse(node)), ATOM


def _name(name: str) -> Element:
    """Set a name: dW as a d and an italic W, z2 as z with a subscript, beta_1 as β with one, learning_rate as words."""
    if len(name) == 2 and name[0] == "d":
        return _row(_element("mi", text="d", mathvariant="normal"), _element("mi", text=name[1]))
    numbered = NUMBERED.fullmatch(name)
    if numbered:
        return _element("msub", _name(numbered[1]), _element("mn", text=numbered[2]))
    stem, _, below = name.partition("_")
    if below and (stem in GREEK or stem == "fan"):
        return _element("msub", _name(stem), _element("mn" if below.isdigit() else "mi", text=below))
    if len(name) > 1 and name not in GREEK:
        return _element("mtext", text=name.replace("_", " "))
    return _element("mi", text=GREEK.get(name, name))


def _operation(node: ast.BinOp) -> Part:
    left, right = node.left, node.right
    match node.op:
        case ast.Div():
            return _element("mfrac", _tight(left, COMPARED), _tight(right, COMPARED)), MULTIPLIED
        case ast.Pow():
            return _element("msup", _tight(left, ATOM), _tight(right, COMPARED)), RAISED
        case ast.MatMult():
            gap = _element("mspace", width="0.2em")
            return _row(_tight(left, MULTIPLIED), gap, _tight(right, RAISED)), MULTIPLIED
        case ast.Mult():
            return _row(_tight(left, MULTIPLIED), _operator("·"), _tight(right, RAISED)), MULTIPLIED
    # What is subtracted, and a minus in front of it, stands in parentheses
    strict = isinstance(node.op, ast.Sub) or isinstance(right, ast.UnaryOp)
    sign = _operator(SIGNS[type(node.op)])
    return _row(_tight(left, ADDED), sign, _tight(right, MULTIPLIED if strict else ADDED)), ADDED


def _call(node: ast.Call) -> Part:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    first = node.args[0] if node.args else None
    if name == "exp" and first is not None:
        return _element("msup", _element("mi", text="e"), _tight(first, COMPARED)), RAISED
    if name == "sqrt" and first is not None:
        return _element("msqrt", _tight(first, COMPARED)), ATOM
    if name == "log1p" and first is not None:
        one_more = _row(_element("mn", text="1"), _operator("+"), _tight(first, ADDED))
        return _row(_element("mi", text="log"), _fenced(one_more)), RAISED
    if name in FENCED and first is not None:
        return _fenced(_tight(first, COMPARED), FENCED[name]), ATOM
    if name == "len" and first is not None:
        return _row(_element("mtext", text="length of\N{NO-BREAK SPACE}"), _tight(first, ATOM)), MULTIPLIED
    axes = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "axis"]
    if name == "sum" and first is not None:
        return _row(_below(_operator("∑"), axes), _tight(first, MULTIPLIED)), ADDED
    arguments = node.args if isinstance(node.func, ast.Name) else [node.func.value, *node.args]  # type: ignore[attr-defined]
    inside: list[Element] = []
    for argument in arguments:
        inside += [_operator(","), _tight(argument, COMPARED)] if inside else [_tight(argument, COMPARED)]
    return _row(_below(_element("mi", text=SHORT.get(name, name)), axes), _fenced(_row(*inside))), RAISED


def _below(what: Element, axes: list[str]) -> Element:
    return _element("munder", what, _element("mtext", text=OVER.get(axes[0], axes[0]))) if axes else what
