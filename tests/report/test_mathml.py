"""Does a formula keep its meaning as mathematics?"""

from xml.etree import ElementTree

import pytest

from compare.report.mathml import mathml
from tests.scratch.test_formulas import STATED


def text_of(formula: str) -> str:
    return "".join(ElementTree.fromstring(mathml(formula)).itertext()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("where", sorted(STATED))
def test_every_formula_of_scratch_can_be_set(where: str) -> None:
    root = ElementTree.fromstring(mathml(STATED[where]))
    assert root.get("alttext") == STATED[where]
    assert {element.tag for element in root.iter()} <= ELEMENTS
    assert "[" not in text_of(STATED[where]).replace("[:, None]", "").replace(".shape[-1]", "")


ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msup", "msub", "msqrt", "munder"} | {
    "mtable",
    "mtr",
    "mtd",
}


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("z = X @ W + b", "z=XW+b"),
        ("dz = da * a * (1 - a)", "dz=da·a·(1−a)"),
        ("x = a - (b - c)", "x=a−(b−c)"),
        ("x = a - b - c", "x=a−b−c"),
        ("x = a - (b + c)", "x=a−(b+c)"),
        ("x = a + (b - c)", "x=a+b−c"),
        ("x = a * (b + c)", "x=a·(b+c)"),
        ("x = (a * b)**2", "x=(a·b)2"),
        ("x = (a / b)**2", "x=(ab)2"),
        ("x = a + -b", "x=a+(−b)"),
        ("x = -(a + b)", "x=−(a+b)"),
        ("x = a * (b > c)", "x=a·(b>c)"),
        ("x = 2 * sum(a, axis=0)", "x=2·(∑rowsa)"),
        ("x = sum(a + b)", "x=∑(a+b)"),
        ("x = mean((a > 0.5) == y, axis=-1)", "x=meanunits((a>0.5)≟y)"),
        ("W = X.T @ dz", "W=X⊤dz"),
        ("x = abs(a)", "x=|a|"),
        ("x = log1p(a)", "x=log(1+a)"),
        ("x = maximum(a, 0)", "x=max(a,0)"),
    ],
)
def test_a_formula_keeps_its_meaning(formula: str, text: str) -> None:
    assert text_of(formula) == text


def test_what_is_above_and_below_stays_there() -> None:
    fraction = ElementTree.fromstring(mathml("a = (x + 1) / (y * z)")).find(".//mfrac")
    assert fraction is not None
    assert ["".join(part.itertext()) for part in fraction] == ["x+1", "y·z"]
    power = ElementTree.fromstring(mathml("a = exp(-z)")).find(".//msup")
    assert power is not None
    assert ["".join(part.itertext()) for part in power] == ["e", "−z"]


def test_a_formula_is_escaped() -> None:
    assert "<script" not in mathml('x = "<script>alert(1)</script>"')
