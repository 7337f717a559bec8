"""The command line: ``python -m compare``, and a command for each capability."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from compare import options
from compare.bench import cli as bench
from compare.check import cli as check
from compare.common.errors import BadInput
from compare.common.harmless import harmless
from compare.core.config import Config
from compare.lessons import cli as lessons
from compare.run import cli as own_script
from compare.scale import cli as scale
from scratch.datasets import DataError

MATCHED, NOT_MATCHED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def compare(
    context: typer.Context,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    digit: options.Digit = 5,
    pixels: options.PixelScale = "unit",
    train_size: options.TrainSize = None,
    activation: options.Activation = "sigmoid",
    loss: options.Loss = "mse",
    dtype: options.FloatType = "float32",
    epochs: options.Epochs = 10,
    batch_size: options.BatchSize = 32,
    optimizer: options.Optimizer = "sgd",
    learning_rate: options.LearningRate = None,
    momentum: options.Momentum = 0.0,
    nesterov: options.Nesterov = False,
    seed: options.Seed = 0,
    out: options.Out = Path("compare-out"),
    figures: options.Figures = None,
    quiet: options.Quiet = False,
) -> None:
    """Train the tutorial's Keras perceptron and the hand-written NumPy one together, and prove that they match.

    Exit code: 0 matched, 1 not matched, 2 bad input, 130 interrupted.
    """
    if context.invoked_subcommand:
        return
    raise typer.Exit(run(options.config_of(context), dataset, data, out, quiet, figures))


def run(config: Config, dataset: str, data: Path | None, out: Path, quiet: bool, figures: Path | None = None) -> int:
    """Compare, show it, write ``result.json`` and ``report.html``; return the exit code."""
    from compare.common.files import output_directory, write_json
    from compare.core.comparison import Comparison
    from compare.core.result import comparison_result
    from compare.report import terminal
    from compare.report.page import command_of, write_report
    from scratch.datasets import load

    console, path = Console(quiet=quiet), output_directory(out) / "result.json"
    figures = figures and output_directory(figures, "--figures")
    comparison = Comparison(config, load(dataset, data))
    terminal.show_data(console, comparison)
    with ExitStack() as entered:
        try:
            with console.status("Starting Keras"):
                entered.enter_context(comparison)
            terminal.train_with_progress(console, comparison)
            terminal.show_curves(console, comparison)
            terminal.check_with_table(console, comparison)
            with console.status("Judging"):
                verdict = comparison.judge()
        except KeyboardInterrupt:
            if not comparison.epochs:
                print("interrupted before the first epoch was finished; nothing is written", file=sys.stderr)
                return INTERRUPTED
            write_json(comparison_result(comparison), path)
            print(f"interrupted: {comparison.epochs} finished epochs are in {path}", file=sys.stderr)
            return INTERRUPTED
        write_json(comparison_result(comparison), path)
        console.print(f"Written: {path}", highlight=False)
        page = out / "report.html"
        with console.status("Writing the report"):
            write_report(comparison, page, command_of(config, dataset, data), figures)
    console.print(f"Written: {page}", highlight=False)
    terminal.show_verdict(Console(), verdict)
    return MATCHED if verdict.word == "matched" else NOT_MATCHED


for capability in (check, own_script, lessons, bench, scale):
    capability.add_to(app)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; whatever the user can put right ends in one sentence and exit code 2."""
    try:
        return app(arguments, standalone_mode=False) or MATCHED
    except typer.TyperException as error:
        message = error.format_message()
    except (BadInput, DataError) as error:
        message = str(error)
    except ImportError as error:
        message = f"{error}; install the project with: pip install ."
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    print(f"error: {harmless(message)}", file=sys.stderr)
    return BAD_INPUT
