"""What the ranks' run looks like in a terminal, and ``ranks.json``, the same for other programs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from compare.common.console import show_notice
from compare.core.checks import Check
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.table import ladder_table
from compare.core.training import Run, Training, apart
from compare.core.verdict import Verdict
from scratch.datasets import Dataset


@dataclass
class RanksOutcome:
    """Many ranks against one, and what else the run was asked."""

    many: Run
    one: Training
    verdict: Verdict
    same_weights: bool
    """Whether every rank ended with the same."""
    keras: list[Check] | str | None = None
    """Keras on several workers against one rank, why it is not known, or None where it was not asked for."""

    @property
    def ranks_matched(self) -> bool:
        """Whether the ranks trained what one does."""
        return self.verdict.word == "matched" and self.same_weights

    @property
    def matched(self) -> bool:
        """Whether everything that could be trained did."""
        return self.ranks_matched and (not isinstance(self.keras, list) or all(check.ok for check in self.keras))


def show_start(console: Console, dataset: Dataset, rows: Rows, config: Config, ranks: int, finished: int) -> None:
    """Say what is trained, and on how many ranks."""
    if not console.quiet:
        show_notice(console, dataset.notice)
    if ranks == 1:
        console.print("One rank alone: start several with --ranks 4, or with mpirun.", style="bold yellow")
    after = f", after {finished} epochs of an earlier run" if finished else ""
    console.print(
        Text(
            f"{ranks} rank{'s' * (ranks > 1)}, {len(rows.x_train):,} rows of {dataset.name}, batches of "
            f"{config.batch_size} cut into {ranks}, {config.optimizer} with learning rate {config.learning_rate:g}, "
            f"{config.epochs} epoch{'s' * (config.epochs > 1)}{after}, {config.dtype}"
        )
    )


def show(console: Console, outcome: RanksOutcome, out: Path) -> None:
    """Show the ladders and the verdict."""
    many, one = outcome.many, outcome.one.scratch
    if isinstance(outcome.keras, str):
        console.print(Text(f"Keras on several workers: not trained, {outcome.keras}", style="bold yellow"))
    elif outcome.keras is not None:
        console.print("Keras on 2 workers of tf.distribute, against 1 rank of scratch:")
        console.print(ladder_table(outcome.keras, with_reference=False))
    console.print(f"{many.name} against 1 rank:")
    console.print(ladder_table(outcome.verdict.checks, with_reference=False))
    seconds = ", ".join(f"{run.name} {run.seconds[-1]:.3f}" for run in (many, one))
    console.print(f"Seconds of the last epoch, validation included: {seconds}", highlight=False)
    if not outcome.same_weights:
        console.print("The ranks do NOT hold the same weights.", style="bold red")
    console.print(f"Written: {out / 'ranks.json'}", highlight=False, markup=False)
    word, style = ("MATCHED", "bold green") if outcome.ranks_matched else ("MISMATCHED", "bold red")
    console.print(Text.assemble((word, style), f": {outcome.verdict.sentence}."), soft_wrap=True)


def as_json(outcome: RanksOutcome, dataset: Dataset) -> dict[str, Any]:
    """Return what ``ranks.json`` holds."""
    many, one, keras = outcome.many, outcome.one.scratch, outcome.keras
    return {
        "dataset": {"name": dataset.name, "source": dataset.source, "notice": dataset.notice},
        "recipe": outcome.one.config.as_dict(),
        "resumed_after_epochs": outcome.one.finished,
        "ranks": many.name,
        "same_weights_on_every_rank": outcome.same_weights,
        "ladder": [asdict(check) for check in outcome.verdict.checks],
        "max_weight_difference": [
            apart(theirs, ours) for theirs, ours in zip(many.weights[1:], one.weights[1:], strict=True)
        ],
        "history": {run.name: run.history for run in (many, one)},
        "seconds": {run.name: run.seconds for run in (many, one)},
        "keras_workers": [asdict(check) for check in keras] if isinstance(keras, list) else keras,
        "verdict": "matched" if outcome.ranks_matched else "mismatched",
        "verdict_sentence": outcome.verdict.sentence,
    }
