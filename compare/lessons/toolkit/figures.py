"""What a figure shows, said once; ``terminal`` and ``page`` draw it, each in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from compare.lessons.toolkit.pair import Pair
from scratch.arrays import Array

Color = Literal["blue", "orange", "green", "red", "violet", "gray"]
Kind = Literal["line", "points", "bars"]


@dataclass(frozen=True)
class Line:
    """One row of numbers over another, as a line, as points, or as the bars of a histogram."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    color: Color = "blue"
    kind: Kind = "line"
    spread: Sequence[float] | None = None
    """How far each number scatters to either side."""


@dataclass(frozen=True)
class Plot:
    """Lines in one pair of axes, with what they are held against."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    levels: dict[str, float] = field(default_factory=dict)
    """Dashed lines across, such as the baseline."""
    marks: dict[str, float] = field(default_factory=dict)
    """Dashed lines upwards."""
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Images:
    """Weights shown as images: red pulls towards yes, blue towards no, each image on the scale of the largest."""

    title: str
    images: dict[str, Array]


Panel = Plot | Images


@dataclass(frozen=True)
class Figure:
    """Panels side by side and what they show."""

    name: str
    caption: str
    panels: Sequence[Panel]


def curves(pair: Pair, name: str, label: str, color: Color) -> list[Line]:
    """Return a history by epoch, Keras as a line and scratch as points on it."""
    epochs = list(range(1, pair.scratch.epochs + 1))
    return [
        Line(f"{label}, Keras", epochs, pair.curve("keras", name), color),
        Line(f"{label}, NumPy", epochs, pair.curve("scratch", name), color, "points"),
    ]
