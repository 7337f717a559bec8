"""What all optimizers share: the learning rate, the limits on gradients, the decay of weights, and the slots.

Symbols: w one array of weights (W or b), dw the derivative of the loss with respect to it, t the number of this
step, 1 for the first. Two roundings of Keras's are mirrored. It keeps the learning rate as a variable of type
``floatx``: with float32, 0.1 is 0.10000000149. And with TensorFlow it casts momentum, beta_1, beta_2 and weight_decay
through float32 even when the weights are float64: 0.9 is 0.89999998 there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from scratch.arrays import Array
from scratch.config import as_floatx, floatx, through_float32
from scratch.names import snake_case
from scratch.optimizers import schedules
from scratch.serialization import Configured, serialized

Rate = float | Callable[[int], float]

ABSENT = {
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Keras's options that scratch does not have, as a saved model writes them where they are not used."""


class Number(float):
    """A number that scripts may ask as they ask Keras's variables. Keras: ``optimizer.learning_rate.numpy()``."""

    @property
    def value(self) -> Any:
        """The number in the float type in use, as Keras keeps it."""
        return np.dtype(floatx()).type(self)

    def numpy(self) -> Any:
        """Return the same."""
        return self.value


class Optimizer(Configured):
    """Moves every array of weights by its own rule, in place, and keeps what the rule needs in slots.

    The learning rate is a number, a schedule (``optimizers.schedules``) or any function of the number of steps taken.
    ``weight_decay`` shrinks weights before they move, ``clipnorm``, ``clipvalue`` or ``global_clipnorm`` limit the
    gradients. Raises ValueError for more than one limit.
    """

    room = "keras.optimizers"
    options: ClassVar[tuple[str, ...]] = ("name", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue")
    slots = 0
    """How many arrays like w the rule keeps from step to step: 1 for momentum, 2 for Adam."""

    def __init__(
        self,
        learning_rate: Rate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
    ) -> None:
        limits = sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm))
        if limits > 1:
            raise ValueError("Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set")
        self.name = name or snake_case(type(self).__name__)
        self.weight_decay, self.clipnorm, self.clipvalue = weight_decay, clipnorm, clipvalue
        self.global_clipnorm = global_clipnorm
        self._limited = limits > 0
        self._rate: Rate = learning_rate if callable(learning_rate) else as_floatx(learning_rate)
        self.iterations = 0
        self._slots: list[list[Array]] = []
        self._whole: tuple[list[Array], list[str]] = ([], [])

    @property
    def rate(self) -> float:
        """The learning rate of the next step, as Keras rounds it, for the arithmetic."""
        return as_floatx(self._rate(self.iterations)) if callable(self._rate) else self._rate

    @property
    def learning_rate(self) -> Number:
        """The learning rate of the next step, for scripts.

        Raises TypeError where it is set although a schedule sets it.
        """
        return Number(self.rate)

    @learning_rate.setter
    def learning_rate(self, learning_rate: Rate) -> None:
        if isinstance(self._rate, schedules.LearningRateSchedule) and not callable(learning_rate):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule`, which sets its learning rate: make it "
                "with a number to set that yourself"
            )
        self._rate = learning_rate if callable(learning_rate) else as_floatx(learning_rate)

    @property
    def built(self) -> bool:
        """Whether the optimizer knows its weights."""
        return bool(self._slots)

    @property
    def variables(self) -> list[Any]:
        """What a saved model keeps: the steps taken, the rate unless a schedule sets it, and each array's slots."""
        rate = [] if callable(self._rate) else [self.learning_rate]
        return [self.iterations, *rate, *self.all_slots]

    @property
    def all_slots(self) -> list[Array]:
        """The slots of every array of weights, one after the other."""
        return [slot for slots in self._slots for slot in slots]

    def build(self, weights: Sequence[Array]) -> None:
        """Make the slots for these weights.

        Raises ValueError for the weights of another model than the first.
        """
        if len(self._slots) != len(weights):
            if self._slots:
                raise ValueError("this optimizer moves the weights of another model: make one for each")
            self._slots = [[np.zeros_like(w) for _ in range(self.slots)] for w in weights]

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Array, Array]]) -> int:
        """Take one step; return the number of steps so far. Keras: ``apply_gradients(zip(gradients, weights))``."""
        gradients, weights = zip(*grads_and_vars, strict=True)
        self.apply(gradients, weights)
        return self.iterations

    def apply(self, gradients: Sequence[Array], weights: Sequence[Array]) -> None:
        """Take one step: every gradient is known before any weight moves.

        Raises ValueError for the weights of another model than the first.
        """
        if len(self._slots) != len(weights):
            self.build(weights)
        gradients = self.clipped(gradients) if self._limited else gradients
        for w, dw, slots in zip(weights, gradients, self._slots, strict=True):
            if self.weight_decay and self._decays(w):
                self.decay(w)
            self.update(w, dw, *slots)
        self.iterations += 1

    def exclude_from_weight_decay(
        self, var_list: Sequence[Array] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Leave these weights, or those with such a name, as large as they are. Keras: the same name."""
        self._whole = list(var_list or ()), list(var_names or ())

    def _decays(self, w: Array) -> bool:
        arrays, names = self._whole
        return not any(w is array for array in arrays) and not any(name in getattr(w, "name", "") for name in names)

    def clipped(self, gradients: Sequence[Array]) -> Sequence[Array]:
        """Limit the gradients, each to a length (``clipnorm``) or to a range, or all together to a length.

        Keras: ``SGD(clipnorm=1.0)``, ``SGD(clipvalue=0.5)``, ``SGD(global_clipnorm=1.0)``.
        """
        if self.clipnorm:
            return [clipped_to_norm(dw, self.clipnorm, norm(dw)) for dw in gradients]
        if self.global_clipnorm:
            together = np.sqrt(np.square([norm(dw) for dw in gradients]).sum())
            return [clipped_to_norm(dw, self.global_clipnorm, together.astype(dw.dtype)) for dw in gradients]
        if self.clipvalue:
            return [np.clip(dw, -self.clipvalue, self.clipvalue) for dw in gradients]
        return gradients

    def decay(self, w: Array) -> None:
        """Shrink w, whatever its gradient is, biases too.

            w = w - w * weight_decay * learning_rate

        w: any shape. Keras: ``SGD(weight_decay=0.004)``.
        """
        w -= w * through_float32(self.weight_decay or 0.0) * self.rate

    def update(self, w: Array, dw: Array, *slots: Array) -> None:
        """Move w in place."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the options by name."""
        rate = self._rate
        written = serialized(rate) if isinstance(rate, schedules.LearningRateSchedule) else self.rate
        return super().get_config() | ABSENT | {"learning_rate": written}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make the optimizer of its options; raises ValueError for those of Keras's that scratch does not have."""
        for name, unused in ABSENT.items():
            if config.get(name, unused) != unused:
                raise ValueError(f"scratch's optimizers have no {name}")
        known = {name: value for name, value in config.items() if name not in ABSENT}
        if isinstance(known["learning_rate"], Mapping):
            known["learning_rate"] = schedules.deserialize(known["learning_rate"])
        return cls(**known)


def norm(dw: Array) -> Any:
    """Return the length of a gradient, all its entries together.

        length = sqrt(sum(dw**2))

    dw: any shape.
    """
    return np.sqrt(np.square(dw).sum())


def clipped_to_norm(dw: Array, limit: float, length: Any) -> Array:
    """Shorten a gradient to ``limit`` where it is longer, and leave its direction as it is.

        clipped = dw * limit / maximum(length, limit)

    dw, clipped: one shape. Keras: ``SGD(clipnorm=1.0)``.
    """
    return dw * limit / np.maximum(length, limit)


__all__ = ["Optimizer"]
