"""What the process that runs a script tells the one that shows it: plain data, in the order in which it happens."""

from dataclasses import dataclass, field
from typing import Any

from compare.core.checks import Check
from compare.core.recipe import Recipe
from compare.core.training import History
from compare.core.verdict import Verdict
from scratch.arrays import Array


@dataclass(frozen=True)
class Said:
    """Something that the script printed."""

    text: str


@dataclass(frozen=True)
class Noted:
    """Something that happened otherwise than the script says: a stand-in, other data, a limit. Each is told once."""

    text: str
    line: int | None = None
    notice: bool = False
    """Whether nobody may miss it."""


@dataclass(frozen=True)
class Began:
    """A call that is compared begins."""

    number: int
    method: str
    line: int | None
    model: str
    train: int
    validation: int
    epochs: int


@dataclass(frozen=True)
class Epoch:
    """One epoch of a fit on both sides: the reported numbers that both have, and how far the weights are apart."""

    number: int
    epoch: int
    reported: dict[str, tuple[float, float]]
    apart: float
    seconds: tuple[float, float]


@dataclass(frozen=True)
class Labels:
    """Right classes against predicted ones, counted: (K, K), a row for each right class."""

    rows: str
    names: list[str]
    keras: Array
    scratch: Array

    @property
    def shares_right(self) -> tuple[float, float]:
        """Of all rows, the share that Keras and scratch answer rightly."""
        keras, scratch = (float(one.trace() / max(1, one.sum())) for one in (self.keras, self.scratch))
        return keras, scratch


@dataclass
class Call:
    """A ``fit``, ``evaluate`` or ``predict`` that ended; ``reason`` says why it was not compared."""

    number: int
    method: str
    line: int | None
    model: str
    recipe: Recipe | None = None
    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    verdict: Verdict | None = None
    history: dict[str, History] = field(default_factory=dict)
    apart: list[float] = field(default_factory=list)
    """The largest difference of any weight between Keras and scratch, after each epoch."""
    drift: list[float] = field(default_factory=list)
    """How far the perturbed runs were from scratch, after each epoch."""
    history_drift: dict[str, list[float]] = field(default_factory=dict)
    history_tolerance: dict[str, list[float]] = field(default_factory=dict)
    from_float64: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    rows: tuple[int, int] = (0, 0)
    """How many were trained and validated on."""
    batch_size: int = 0
    labelled: int = 0
    """How many predicted labels were held against each other."""
    labels: Labels | None = None
    baseline: dict[str, float] = field(default_factory=dict)
    """Of the training and the validation rows, the share of the commonest class."""

    @property
    def compared(self) -> bool:
        """Whether both sides were held against each other."""
        return self.verdict is not None


@dataclass(frozen=True)
class Loaded:
    """A data set that the script asked Keras for."""

    name: str
    source: str
    verified: bool
    notice: str | None
    train: int
    test: int
    value: Check | None = None
    line: int | None = None


@dataclass(frozen=True)
class Called:
    """A class of Keras's that a line of the script made an object of, or a function that it called."""

    line: int
    word: str
    value: Check | None = None


@dataclass(frozen=True)
class Ended:
    """The script is over; ``message`` says what went wrong where it did not come to its end."""

    message: str | None = None
    line: int | None = None
    environment: dict[str, Any] = field(default_factory=dict)


Finding = Said | Noted | Began | Epoch | Call | Loaded | Called | Ended
