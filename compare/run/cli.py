"""The command line's part: ``python -m compare run SCRIPT``, and ``guide`` of a script."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compare import options
from compare.common.errors import BadInput
from compare.report import cli as report

MATCHED, NOT_MATCHED, INTERRUPTED = 0, 1, 130
SECONDS = 3600.0
SECONDS_FOR_THE_GUIDE = 600.0

Script = Annotated[Path, typer.Argument(metavar="SCRIPT", help="A script or notebook that is written for Keras.")]
Epochs = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Epochs of every fit.", show_default="the script's", rich_help_panel=options.TRAINING
    ),
]
TrainSize = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Train on the first N rows of every fit.", show_default="all",
        rich_help_panel=options.TRAINING,
    ),
]  # fmt: skip
TimeLimit = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", min=1, help="End a script that takes longer.", rich_help_panel=options.TRAINING
    ),
]  # fmt: skip
ForAGuide = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SCRIPT]", help="A script or notebook that is written for Keras.", show_default="the tutorial's lines"
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(run)
    app.command()(guide)


def run(
    script: Script,
    epochs: Epochs = None,
    train_size: TrainSize = None,
    time_limit: TimeLimit = SECONDS,
    out: options.Out = Path("compare-out"),
    quiet: options.Quiet = False,
) -> None:
    """Run a Keras script of your own, unchanged, and hold every fit, evaluate and predict against scratch.

    Exit code: 0 matched, 1 not matched, 2 bad input or out of scope, 130 interrupted.
    """
    from compare.common.files import output_directory, write_json
    from compare.run.outcome import Outcome
    from compare.run.page import write_report
    from compare.run.process import findings_of
    from compare.run.source import read_source
    from compare.run.terminal import Show, show_verdict

    source = read_source(script)
    path, page = output_directory(out) / "result.json", out / "report.html"
    console, outcome = Console(quiet=quiet), Outcome(source)
    show = Show(console, source)
    try:
        for finding in findings_of(source, epochs, train_size, time_limit):
            outcome.add(finding)
            show(finding)
    except KeyboardInterrupt:
        print(f"interrupted: {len(outcome.compared)} calls were compared", file=sys.stderr)
        if outcome.compared:
            write_json(outcome.result(), path)
        raise typer.Exit(INTERRUPTED) from None
    verdict = outcome.verdict()
    write_json(outcome.result(), path)
    console.print(f"Written: {path}", highlight=False)
    with console.status("Writing the report"):
        write_report(outcome, page, command_of(script, epochs, train_size))
    console.print(f"Written: {page}", highlight=False)
    show_verdict(Console(), verdict.word, verdict.sentence)
    if outcome.error:
        raise BadInput(f"{script.name} did not come to its end: {outcome.error}; what came before is in {path}")
    raise typer.Exit(MATCHED if verdict.word == "matched" else NOT_MATCHED)


def command_of(script: Path, epochs: int | None, train_size: int | None) -> str:
    """Write the command that makes this comparison."""
    told = {"--epochs": epochs, "--train-size": train_size}
    words = ["python", "-m", "compare", "run", script.name]
    return " ".join(words + [f"{option} {value}" for option, value in told.items() if value is not None])


def guide(
    context: typer.Context,
    script: ForAGuide = None,
    dataset: options.Dataset = "auto",
    data: options.Data = None,
    digit: options.Digit = 5,
    pixels: options.PixelScale = "unit",
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
    html: report.Html = None,
) -> None:
    """Explain Keras lines, the tutorial's or a script's: formula, NumPy source, and a value that both sides compute.

    Nothing is trained but a few batches. Exit code: 0, or 1 where a value does not check. The options are those of the
    tutorial's model; a script says all of them itself.
    """
    report.check_html(html)
    if script is None:
        report.guide(context, dataset, data, html)
    sources = {name: context.get_parameter_source(name) for name in context.params if name not in ("script", "html")}
    changed = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if changed:
        raise BadInput(f"--{changed[0].replace('_', '-')} is for the tutorial's model; {script.name} says it by itself")
    raise typer.Exit(_guide_of(script, html))


def _guide_of(script: Path, html: Path | None) -> int:
    from compare.report.terminal import show_guide
    from compare.run.guide import entries_of
    from compare.run.outcome import Outcome
    from compare.run.page import write_guide
    from compare.run.process import findings_of
    from compare.run.source import read_source
    from compare.run.terminal import Show

    source = read_source(script)
    console, outcome = Console(), Outcome(source)
    show = Show(console, source)
    with console.status("Computing each value on both sides"):
        for finding in findings_of(source, None, None, SECONDS_FOR_THE_GUIDE, brief=True):
            outcome.add(finding)
            show.notices(finding)
    entries = entries_of(outcome)
    if not entries:
        raise outcome.without_a_comparison()
    if html:
        write_guide(outcome, entries, html)
        console.print(f"Written: {html}", highlight=False)
    else:
        show_guide(console, entries, places=True)
    if outcome.error:
        raise BadInput(f"{script.name} did not come to its end: {outcome.error}")
    return MATCHED if all(entry.value is None or entry.value.ok for entry in entries) else NOT_MATCHED
