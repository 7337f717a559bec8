"""Mistakes in what is reported: the model is right and the curve is not."""

from collections.abc import Callable
from typing import Any

from compare.check.catalogue.mistake import form_of, mistake
from compare.check.written import Weights, Written

ONE_OF_THE_TWO = ("report_loss", "report_accuracy")
HISTORY = "loss of an epoch = sum(batch loss * rows) / sum(rows), each before its update"


@mistake(
    "report",
    or_in=ONE_OF_THE_TWO,
    right=HISTORY,
    why="It is the number of the weights at the end; Keras's is a mean over the epoch, while they changed.",
    seen="keras-team/keras#503, #6977",
)
def reported_after_the_epoch(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The loss is that after the epoch, not during it."""
    return last()


@mistake(
    "report",
    or_in=ONE_OF_THE_TWO,
    right=HISTORY,
    why="A mean of the batches' means counts the rows of a short batch for more than the others.",
    seen="pytorch/tutorials#179",
)
def short_batch_unweighted(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The short last batch counts as much as a full one in the reported mean."""
    return sum(values) / len(values)


@mistake(
    "report", right=HISTORY, why="The running variable holds one batch's loss, and the last one is what is printed."
)
def last_batch_reported(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """Only the last batch's number is reported."""
    return values[-1]


@mistake("report", right=HISTORY, why="The batches' losses are added up and not divided by anything.")
def batches_summed_in_report(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The batches' losses are added up, not averaged."""
    return sum(values)


@form_of(batches_summed_in_report, "report")
def _sum_of_rows(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    return sum(value * n for value, n in zip(values, rows, strict=True))


@mistake(
    "report",
    or_in=ONE_OF_THE_TWO,
    right=HISTORY,
    why="The sum is divided by the wrong count: the rows of the set where the batches' means were added.",
)
def divided_by_rows_in_report(self: Written, values: list[Any], rows: list[int], last: Callable[[], Any]) -> Any:
    """The batches' means are divided by the number of rows."""
    return sum(values) / sum(rows)


@mistake(
    "shown_with",
    right=HISTORY,
    why="The batch is evaluated once more after its step, with weights that have just been fitted to it.",
)
def reported_after_the_step(self: Written, before: Weights, after: Weights) -> Weights:
    """A batch's loss is that after its own step."""
    return after
