"""Are the lines that only a notebook understands left out, and no others?"""

import pytest

from compare.check.sandbox.magics import without_magics


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if True:\n    !ls\n    x = 1", "if True:\n    pass\n    x = 1"),
        ("x = (5\n     % 2)", "x = (5\n     % 2)"),
        ("text = '''\n%d of\n!'''", "text = '''\n%d of\n!'''"),
        ("%time fit(X, y)", "if 1: fit(X, y)"),
        ("%%time\nfit(X, y)", "pass\nfit(X, y)"),
        ("%%bash\nls\nrm x", "\n\n"),
        ("np.dot?\nx = 1", "pass\nx = 1"),
        ("x = = 1\n%matplotlib inline", "x = = 1\n%matplotlib inline"),
    ],
)
def test_only_magics_are_left_out_and_every_place_stays(cell: str, left: str) -> None:
    assert without_magics([cell]) == [left]
