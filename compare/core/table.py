"""The checks as a table in the terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from compare.common.console import share, short
from compare.core.checks import Check


def ladder_table(checks: Sequence[Check], with_reference: bool) -> Table:
    """Draw the ladder; ``with_reference`` adds how far either side is from float64."""
    table = Table(title="Verification ladder", title_justify="left", title_style="bold")
    for title in ("rung", "quantity", "shape"):
        table.add_column(title)
    reference = ("Keras − f64", "scratch − f64") if with_reference else ()
    for title in ("max|Δ|", "tolerance", "share", *reference):
        table.add_column(title, justify="right")
    table.add_column("verdict")
    before = ""
    for check in checks:
        errors = [short(check.keras_error), short(check.scratch_error)] if with_reference else []
        shape = "×".join(str(n) for n in check.shape) or "1"
        cells = [check.quantity, shape, short(check.max_abs_difference), short(check.tolerance), share(check.share)]
        table.add_row(check.rung if check.rung != before else "", *cells, *errors, _word(check))
        before = check.rung
    return table


def _word(check: Check) -> Text:
    if check.ok is None:
        return Text("not reached", style="dim")
    if not check.ok:
        return Text("FAILS", style="bold red")
    return Text("same NaN" if check.keras is None else "ok", style="green")
