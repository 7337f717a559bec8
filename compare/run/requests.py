"""What a script hands to ``fit``, ``evaluate`` and ``predict``, as arrays: the rows of each epoch, in its batches.

Floats are rounded to the model's type as Keras's own adapter does it, integers stay as they are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.core.recipe import Unsupported
from scratch.arrays import Array
from scratch.data import shuffled, split_tail

DEFAULT_BATCH = 32
MOST_BATCHES = 100_000
"""A data set of batches that yields more than these in one epoch is taken for endless."""

Rows = tuple[Array, Array | None, Array | None]
"""Inputs, targets and the weights of rows, where there are such."""


def array(thing: Any, what: str, dtype: str) -> Array:
    """Return data as Keras's adapter makes an array of them; raises Unsupported for what is none."""
    if isinstance(thing, dict):
        raise Unsupported(f"{what} is a dict; it has one array")
    try:
        numbers = np.asarray(thing.to_numpy() if hasattr(thing, "to_numpy") else thing)
        if hasattr(thing, "to_numpy") and numbers.ndim == 1:  # a Series, of which Keras makes a column
            numbers = numbers[:, None]
    except ValueError:
        raise Unsupported(f"{what} holds several arrays; it has one") from None
    if numbers.dtype == object:
        try:
            numbers = numbers.astype(dtype)
        except (TypeError, ValueError):
            raise Unsupported(f"{what} holds something else than numbers") from None
    if numbers.dtype.kind not in "biuf":
        raise Unsupported(f"{what} holds {numbers.dtype}, and no numbers")
    return numbers.astype(dtype) if numbers.dtype.kind == "f" else numbers


def rows_of(x: Any, y: Any, sample_weight: Any, dtype: str) -> Rows:
    """Return inputs, targets and weights of rows."""
    if is_dataset(x):
        return all_rows(x, dtype)
    if hasattr(x, "__next__"):
        raise Unsupported("a generator")
    inputs = array(x, "x", dtype)
    targets = None if y is None else array(y, "y", dtype)
    return inputs, targets, None if sample_weight is None else array(sample_weight, "sample_weight", dtype)


def in_columns(x: Array) -> Array:
    """Return single numbers as rows of one, as both libraries take them; Keras is handed them as the script does."""
    return x[:, None] if x.ndim == 1 else x


def is_dataset(x: Any) -> bool:
    """Tell whether this is one of TensorFlow's data sets."""
    return type(x).__module__.startswith("tensorflow") and hasattr(x, "as_numpy_iterator")


def all_rows(dataset: Any, dtype: str, steps: int | None = None) -> Rows:
    """Return the rows of a data set of batches, one batch after the other."""
    return _joined(batches_of(dataset, dtype, steps))


def batches_of(dataset: Any, dtype: str, steps: int | None = None) -> list[Rows]:
    """Return the batches that a data set yields this time."""
    batches: list[Rows] = []
    for batch in (dataset[number] for number in range(len(dataset))) if hasattr(dataset, "num_batches") else dataset:
        x, y, weights = _three(tuple(batch) if isinstance(batch, tuple | list) else (batch,))
        batches.append(rows_of(x, y, weights, dtype))
        if len(batches) == (steps or MOST_BATCHES):
            break
    if not batches:
        raise Unsupported("a data set without a batch")
    if len(batches) == MOST_BATCHES:
        raise Unsupported("a data set that does not end, without steps_per_epoch")
    return batches


def _three(parts: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """Return inputs, targets and weights of rows, None for what is not there."""
    x, y, weights = (*parts, None, None)[:3]
    return x, y, weights


def _taken(rows: Rows, which: Any) -> Rows:
    """Return some of the rows."""
    x, y, weights = rows
    return x[which], None if y is None else y[which], None if weights is None else weights[which]


def _joined(batches: list[Rows]) -> Rows:
    first = batches[0]
    x, y, weights = (
        None if first[part] is None else np.concatenate([np.asarray(batch[part]) for batch in batches])
        for part in range(3)
    )
    assert x is not None
    return x, y, weights


class Feed:
    """The rows of one epoch after another, in order: ``x``, ``y`` and ``sample_weight`` are those of this one."""

    batch_size: int
    x: Array
    y: Array
    sample_weight: Array | None = None

    def draw(self) -> None:
        """Go on to the next epoch."""
        raise NotImplementedError

    def batch(self, number: int) -> tuple[Array, ...]:
        """Return a batch of this epoch as Keras takes it."""
        rows = slice(number * self.batch_size, (number + 1) * self.batch_size)
        parts = (self.x, self.y) if self.sample_weight is None else (self.x, self.y, self.sample_weight)
        return tuple(part[rows] for part in parts)

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-len(self.x) // self.batch_size)


class ArrayFeed(Feed):
    """Arrays, whose rows are shuffled before every epoch unless the script says not to."""

    def __init__(self, rows: Rows, batch_size: int, shuffle: bool, stream: np.random.Generator) -> None:
        self.rows, self.batch_size, self.shuffle, self.stream = rows, batch_size, shuffle, stream
        self.draw()

    def draw(self) -> None:
        """Draw the order of the rows as scratch's own ``fit`` does."""
        x, y, weights = self.rows
        order = np.arange(len(x))
        if self.shuffle:
            order = np.concatenate(list(shuffled(x, self.batch_size, self.stream)))
        assert y is not None
        self.x, self.y = x[order], y[order]
        self.sample_weight = None if weights is None else weights[order]


class DatasetFeed(Feed):
    """A data set of TensorFlow's or Keras's, or a generator, whose batches are kept as they come."""

    def __init__(self, dataset: Any, dtype: str, steps: int | None) -> None:
        self.dataset, self.dtype, self.steps, self.begun = dataset, dtype, steps, False
        self.draw()

    def draw(self) -> None:
        """Let the data set yield its batches once more."""
        if self.begun and hasattr(self.dataset, "on_epoch_end"):
            self.dataset.on_epoch_end()
        self.begun = True
        batches = batches_of(self.dataset, self.dtype, self.steps)
        sizes = [len(x) for x, _, _ in batches]
        if any(size != sizes[0] for size in sizes[:-1]) or sizes[-1] > sizes[0]:
            raise Unsupported("a data set whose batches are of different sizes")
        x, y, self.sample_weight = _joined(batches)
        if y is None:
            raise Unsupported("a data set without targets")
        self.batch_size, self.x, self.y = sizes[0], x, y


@dataclass(frozen=True)
class FitRequest:
    """The arguments of a ``fit``: what is trained on, what is validated on, and the rest."""

    feed: Feed
    held_out: Rows | None
    options: dict[str, Any]
    """What both sides are handed as it is."""

    @property
    def weighted(self) -> bool:
        """Whether rows or classes count differently."""
        return self.feed.sample_weight is not None or bool(self.options)


def fit_request(given: dict[str, Any], dtype: str, train_size: int | None, stream: np.random.Generator) -> FitRequest:
    """Read the arguments of a ``fit``; raises Unsupported for data that cannot be handed to both sides alike."""
    held_out = None
    validation = given.get("validation_data")
    if validation is not None:
        x, y, weights = _three((validation,) if is_dataset(validation) else tuple(validation))
        held_out = rows_of(x, y, weights, dtype)
    options = {"class_weight": given["class_weight"]} if given.get("class_weight") is not None else {}
    x, steps = given.get("x"), given.get("steps_per_epoch")
    if is_dataset(x) or hasattr(x, "__next__") or hasattr(x, "num_batches"):
        return FitRequest(DatasetFeed(x, dtype, steps), held_out, options)
    if steps is not None:
        raise Unsupported("steps_per_epoch with arrays")
    if x is None or given.get("y") is None:
        raise Unsupported("data without targets")
    rows = rows_of(x, given["y"], given.get("sample_weight"), dtype)
    rows = rows if train_size is None else _taken(rows, slice(train_size))
    split = given.get("validation_split") or 0.0
    if split and held_out is None:
        (_, kept, _), (_, tail, _) = split_tail(rows[0], np.arange(len(rows[0])), None, split)
        rows, held_out = _taken(rows, kept), _taken(rows, tail)
    batch_size = int(given.get("batch_size") or DEFAULT_BATCH)
    shuffle = bool(given.get("shuffle", True))
    return FitRequest(ArrayFeed(rows, batch_size, shuffle, stream), held_out, options)
