"""Trains runs of one config together: Keras, scratch, perturbed runs and a float64 reference, on the same batches.

How far the perturbed runs end from scratch is how far rounding alone can carry a run (``perturbed``). Two right runs,
each with roundings of its own, may be twice as far apart: every tolerance of a whole run comes from there.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from compare.core.config import Config
from compare.core.data import Rows, fed_to, gathered_in_order, in_order
from compare.core.frameworks import Framework, batch_order, initial_weights, scratch_framework
from compare.core.intervals import LIBRARY_ROUNDINGS
from compare.core.perturbed import backwards_in_each_batch, perturbed_model
from scratch.arrays import Array

PERTURBED = ("perturbed 0", "perturbed 1")
REFERENCE = "float64"

History = dict[str, list[float]]


@dataclass
class Run:
    """A model in training, and what it has shown so far."""

    name: str
    model: Any
    history: History = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    weights: list[list[Array]] = field(default_factory=list)
    """Before the first epoch, and after each."""
    steps: list[list[Array]] = field(default_factory=list)
    """The weights after each step of the last epoch, where they are asked for."""

    def __post_init__(self) -> None:
        """Keep the weights before the first epoch."""
        self.weights.append(self.model.get_weights())

    @property
    def epochs(self) -> int:
        """How many epochs this run has finished."""
        return len(self.seconds)

    def fit(
        self, batch_size: int, held_out: Any, x: Any, y: Array, callbacks: Sequence[Any] = (), **options: Any
    ) -> None:
        """Train for one epoch on rows that are in order, and note what it showed and how long it took.

        ``held_out`` are the inputs and targets that are validated on, or None; ``options`` whatever else ``fit`` takes.
        """
        began = time.perf_counter()
        result = self.model.fit(
            **fed_to(self.model, x, batch_size, y),
            epochs=1,
            shuffle=False,
            validation_data=held_out,
            callbacks=list(callbacks),
            verbose=0,
            **options,
        )
        self.note(result.history, time.perf_counter() - began)

    def note(self, history: Mapping[str, Sequence[float]], seconds: float) -> None:
        """Keep what an epoch showed: the last of each reported number, the seconds, the weights."""
        self.seconds.append(seconds)
        for name, values in history.items():
            self.history.setdefault(name, []).append(float(values[-1]))
        self.weights.append(self.model.get_weights())


@dataclass(frozen=True)
class Size:
    """How many rows a training has, in batches of how many, and in which float type."""

    train: int
    validation: int
    batch_size: int
    dtype: str

    def steps(self, rows: int) -> int:
        """Return how many batches so many rows make, the short last one among them."""
        return -(-rows // self.batch_size)


class Runs:
    """Runs from the same weights on the same batches, each under its name, and how far rounding may carry them.

    ``size`` says how many rows are trained on and validated on, and in which batches.
    """

    def __init__(self, runs: dict[str, Run], size: "Size") -> None:
        self.runs, self.size = runs, size

    @property
    def keras(self) -> Run:
        """Keras's run."""
        return self.runs["keras"]

    @property
    def scratch(self) -> Run:
        """Plain scratch's run."""
        return self.runs["scratch"]

    @property
    def perturbed_runs(self) -> list[Run]:
        """The runs that tell how far rounding alone goes."""
        return [self.runs[name] for name in PERTURBED]

    @property
    def reference(self) -> Run | None:
        """The run in float64, where there is one."""
        return self.runs.get(REFERENCE)

    @property
    def epochs(self) -> int:
        """How many epochs Keras and scratch have both finished."""
        return min(run.epochs for name, run in self.runs.items() if name in ("keras", "scratch"))

    def drift(self, epoch: int = -1, unit: slice = slice(None)) -> float:
        """Return how far the widest of the perturbed runs is from scratch after so many epochs, or after all."""
        return drift(self.scratch.weights[epoch], [run.weights[epoch] for run in self.perturbed_runs], unit)

    def tolerance(self, epoch: int) -> float:
        """Return how far the weights of two right runs may be apart after so many epochs."""
        return 2 * self.drift(epoch)

    def history_drift(self, name: str) -> Array:
        """Return how far the widest of the perturbed runs' reported numbers is from scratch's, after each epoch."""
        reported = self.scratch.history[name]
        drifted: Array = np.max(
            [np.abs(np.subtract(run.history[name], reported)) for run in self.perturbed_runs], axis=0
        )
        return drifted

    def history_tolerance(self, name: str) -> Array:
        """Return how far two right runs' reported numbers may be apart: twice the drift, and the report's rounding."""
        n = self.size.validation if name.startswith("val_") else self.size.train
        reported = np.asarray(self.scratch.history[name])
        return 2 * self.history_drift(name) + rounding_in_a_mean(name, reported, self.size, n)

    def first_departure(self, run: Run) -> int | None:
        """Return the first epoch, from 1, after which a run is further from scratch than rounding goes."""
        for epoch in range(1, self.scratch.epochs + 1):
            theirs, ours = run.weights[epoch], self.scratch.weights[epoch]
            if finite(theirs) != finite(ours) or apart(theirs, ours) > self.tolerance(epoch):
                return epoch
        return None

    def adding_up(self, epoch: int) -> float:
        """Return how far rounding errors carry a run in so many epochs where no step carries them further."""
        return adding_up(epoch * self.size.steps(self.size.train), self.scratch.weights[epoch])

    def first_excess(self) -> int | None:
        """Return the first epoch, from 1, after which Keras is further from scratch than rounding adds up to."""
        for epoch in range(1, self.epochs + 1):
            theirs, ours = self.keras.weights[epoch], self.scratch.weights[epoch]
            if not apart(theirs, ours) <= self.adding_up(epoch):
                return epoch
        return None

    def first_amplification(self) -> int | None:
        """Return the first epoch, from 1, after which a perturbed run is further away than rounding adds up to."""
        for epoch in range(1, self.scratch.epochs + 1):
            if self.drift(epoch) > self.adding_up(epoch):
                return epoch
        return None


class Training(Runs):
    """Runs of one config from the same weights on the same batches, each in ``runs`` under its name.

    There is a run for each of the ``frameworks``, Keras and scratch or scratch alone; two ``perturbed`` ones of
    scratch; and with ``reference`` one of scratch in float64, unless the config is in float64 itself. ``start`` are the
    weights that ``finished`` epochs of an earlier run made. ``orders`` returns the order of the rows for one epoch
    after the other, the config's own where none is given. ``models`` are those that are built already, by name.
    """

    def __init__(
        self,
        config: Config,
        rows: Rows,
        frameworks: Sequence[Framework] | None = None,
        start: list[Array] | None = None,
        *,
        perturbed: bool = True,
        reference: bool = False,
        finished: int = 0,
        orders: Callable[[], Iterable[Array]] | None = None,
        models: Mapping[str, Any] | None = None,
    ) -> None:
        self.config, self.rows, self.finished = config, rows, finished
        self.frameworks = {framework.name: framework for framework in frameworks or [scratch_framework()]}
        self.start = initial_weights(config, rows.shape) if start is None else start
        self._orders = orders or (lambda: islice(batch_order(config, rows.to_order), finished, None))
        names = [*self.frameworks, *(PERTURBED if perturbed else ())]
        names += [REFERENCE] if reference and config.dtype != "float64" else []
        size = Size(len(rows.x_train), len(rows.x_val), config.batch_size, config.dtype)
        super().__init__({name: Run(name, (models or {}).get(name) or self._model(name)) for name in names}, size)

    def _model(self, name: str) -> Any:
        config, shape, scratch = self.config, self.rows.shape, self.frameworks["scratch"]
        if name in PERTURBED:
            return perturbed_model(scratch, config, shape, self.start, PERTURBED.index(name))
        if name == REFERENCE:
            with scratch.dtype("float64"):
                return scratch.build(config.reference(), shape, [w.astype(float) for w in self.start])
        return self.frameworks[name].build(config, shape, self.start)

    @property
    def steps_an_epoch(self) -> int:
        """How many batches an epoch has."""
        return self.config.steps_an_epoch(len(self.rows.x_train))

    def train_together(self, by_step: bool = False) -> Iterator[tuple[int, Run]]:
        """Train every run for one epoch after another, and yield (epoch, run) as each one finishes.

        ``by_step`` keeps the weights after every step of the last epoch.
        """
        yield from self._train(list(self.runs.values()), self.config.epochs - self.finished, by_step)

    def trained(self) -> "Training":
        """Train to the end, with nobody looking on, and return itself."""
        for _ in self.train_together():
            pass
        return self

    def once_more(self, names: Iterable[str], epoch: int) -> list[Run]:
        """Train fresh runs of these names to the end of ``epoch``, from 1, and keep the weights of its every step."""
        runs = [Run(name, self._model(name)) for name in names]
        for _ in self._train(runs, epoch, by_step=True):
            pass
        return runs

    def _train(self, runs: Sequence[Run], epochs: int, by_step: bool) -> Iterator[tuple[int, Run]]:
        """Train these runs together.

        Each epoch's rows are put in order once, before the clock starts, so that ``fit`` takes them as they come and
        its seconds are those of training and validation alone.
        """
        held_out = (self.rows.x_val, self.rows.y_val) if len(self.rows.x_val) else None
        for epoch, order in zip(range(epochs), self._orders(), strict=False):
            x, y = in_order(self.rows.x_train, order), self.rows.y_train[order]
            backwards = backwards_in_each_batch(np.arange(len(order)), self.config.batch_size)
            for run in runs:
                callbacks = [self._keeper(run)] if by_step and epoch == epochs - 1 else []
                if run.name in PERTURBED:
                    turned = gathered_in_order(x, backwards), y[backwards]
                    run.fit(self.config.batch_size, held_out, *turned, callbacks)
                else:
                    run.fit(self.config.batch_size, held_out, x, y, callbacks)
                yield epoch, run

    def _keeper(self, run: Run) -> Any:
        framework = self.frameworks.get(run.name, self.frameworks["scratch"])

        class Keeper(framework.keras.callbacks.Callback):  # type: ignore[misc, name-defined]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                run.steps.append(self.model.get_weights())

        return Keeper()


def apart(one: list[Array], other: list[Array]) -> float:
    """Return the largest difference between two sets of weights; NaN where both are infinite or one is NaN."""
    with np.errstate(invalid="ignore"):
        return max(float(np.abs(a.astype(float) - b).max()) for a, b in zip(one, other, strict=True))


def drift(scratch: list[Array], perturbed_runs: Sequence[list[Array]], unit: slice = slice(None)) -> float:
    """Return how far the widest of the perturbed runs' weights are from scratch's."""
    ours = [w[..., unit] for w in scratch]
    return max(apart([w[..., unit] for w in perturbed], ours) for perturbed in perturbed_runs)


def finite(weights: Sequence[Array]) -> bool:
    """Tell whether all weights are numbers."""
    return all(np.isfinite(w).all() for w in weights)


def adding_up(steps: int, weights: Sequence[Array]) -> float:
    """Return how far rounding errors carry a perturbed run that no step carries further by itself.

        distance = 2 * steps * spacing(max(abs(W)))

    Each step adds one unit in the last place by the nudge, and another where the update rounds the other way.
    """
    return 2 * steps * max(float(np.spacing(np.abs(w).max())) for w in weights)


def rounding_in_a_mean(name: str, values: Array, size: Size, n: int) -> Array:
    """Bound the rounding in a reported mean of n rows: over a batch, then over the batches, in the runs' type.

    An output off by e puts a squared error off by 2 * sqrt(loss) * e, hence the root. An accuracy may differ by one
    row more, whose output is a half to within rounding.
    """
    u = float(np.finfo(size.dtype).eps) / 2
    roundings = size.steps(n) + size.batch_size + 2 * LIBRARY_ROUNDINGS
    bound = roundings * u * (np.abs(values) + np.sqrt(np.abs(values)))
    return bound + 1 / n if name.endswith("accuracy") else bound
