"""What the ranks' run looks like in a terminal."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from compare.common.console import show_notice
from compare.core.checks import Check
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.table import ladder_table
from compare.ranks import weights
from compare.ranks.verification import Verification
from scratch.arrays import Array
from scratch.datasets import Dataset


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


def kept(console: Console, W: list[Array], epoch: int, out: Path) -> None:
    """Write the weights of an epoch, and say where."""
    console.print(f"epoch {epoch}: {weights.keep(W, epoch, out)}", highlight=False, markup=False)


def show_keras(console: Console, ladder: list[Check] | str) -> None:
    """Show how Keras on several workers stands to one rank of scratch, or why it is not known."""
    if isinstance(ladder, str):
        console.print(Text(f"Keras on several workers: not trained, {ladder}", style="bold yellow"))
        return
    console.print("Keras on 2 workers of tf.distribute, against 1 rank of scratch:")
    console.print(ladder_table(ladder, with_reference=False))


def show(console: Console, found: Verification, same: bool, out: Path) -> None:
    """Show the ladder and the verdict."""
    console.print(f"{found.many.name} against 1 rank:")
    console.print(ladder_table(found.rungs, with_reference=False))
    seconds = ", ".join(f"{side.name} {side.seconds[-1]:.3f}" for side in (found.many, found.one))
    console.print(f"Seconds of the last epoch, validation included: {seconds}", highlight=False)
    if not same:
        console.print("The ranks do NOT hold the same weights.", style="bold red")
    console.print(f"Written: {out / 'ranks.json'}", highlight=False, markup=False)
    word, style = ("MATCHED", "bold green") if found.matched and same else ("MISMATCHED", "bold red")
    console.print(Text.assemble((word, style), f": {found.sentence}."), soft_wrap=True)
