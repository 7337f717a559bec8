"""The command-line options that several commands share, each explained once."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

import typer

from compare.core.config import ActivationName, Config, Dtype, LossName, OptimizerName, Pixels

DATA, MODEL, TRAINING, OUTPUT = "Data", "Model", "Training", "Output"

DatasetName = Literal["auto", "mnist", "fashion_mnist", "digits"]

Dataset = Annotated[
    DatasetName,
    typer.Option(
        metavar="NAME",
        help="mnist, fashion_mnist, digits, or auto: MNIST, or digits where it cannot be had.",
        rich_help_panel=DATA,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Directory with mnist.npz, fashion_mnist.npz, idx files, or shards x_train*.npy.",
        show_default="$FIVE_OR_NOT_DATA",
        rich_help_panel=DATA,
    ),
]
Digit = Annotated[int, typer.Option(metavar="K", help="The class to tell from all others.", rich_help_panel=DATA)]
PixelScale = Annotated[
    Pixels, typer.Option(help="Pixels scaled to 0–1, or raw as they are in the file.", rich_help_panel=DATA)
]
TrainSize = Annotated[
    int | None,
    typer.Option(metavar="N", help="Train on the first N rows only.", show_default="all", rich_help_panel=DATA),
]
Activation = Annotated[ActivationName, typer.Option(help="What the unit does to z.", rich_help_panel=MODEL)]
Loss = Annotated[LossName, typer.Option(help="What training makes small.", rich_help_panel=MODEL)]
FloatType = Annotated[Dtype, typer.Option(help="Type of every number.", rich_help_panel=MODEL)]
Epochs = Annotated[int, typer.Option(metavar="N", help="Times through all rows.", rich_help_panel=TRAINING)]
BatchSize = Annotated[int, typer.Option(metavar="N", help="Rows a step.", rich_help_panel=TRAINING)]
Optimizer = Annotated[OptimizerName, typer.Option(help="The rule that moves the weights.", rich_help_panel=TRAINING)]
LearningRate = Annotated[
    float | None,
    typer.Option(
        metavar="X", help="Size of a step.", show_default="0.1 for sgd, 0.001 for adam", rich_help_panel=TRAINING
    ),
]
Momentum = Annotated[
    float, typer.Option(metavar="X", help="Part of the last step that sgd takes again.", rich_help_panel=TRAINING)
]
Nesterov = Annotated[
    bool, typer.Option("--nesterov", help="Momentum in Nesterov's form.", show_default="off", rich_help_panel=TRAINING)
]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Where initial weights and batch order come from.", rich_help_panel=TRAINING)
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Directory for result.json and report.html; made if missing.", rich_help_panel=OUTPUT
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write the report's figures there, too, as PNG and SVG.", rich_help_panel=OUTPUT),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Print the verdict line only.", show_default="off", rich_help_panel=OUTPUT)
]


def config_of(context: typer.Context) -> Config:
    """Make the config of the options that a command was given; those that it does not have stay at their default."""
    given = context.params
    return Config(**{field.name: given[field.name] for field in fields(Config) if field.name in given})
