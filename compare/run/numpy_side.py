"""The NumPy side of a script: what each of scratch's runs holds for each of Keras's variables, from call to call.

Layers may be shared by several models, and a model be compiled anew: so it is Keras's variables that numbers are kept
for, and Keras's optimizers that scratch's are kept for. Where a script changes a variable by other means than ``fit``
(``set_weights``, ``load_weights``, a loop of its own), every run takes Keras's numbers over.
"""

from typing import Any

import numpy as np

from compare.core.frameworks import scratch_framework
from compare.core.layered import in_float64
from compare.core.perturbed import Nudge, NudgedOptimizer, nudged_framework
from compare.core.recipe import Unsupported
from compare.core.training import PERTURBED, REFERENCE
from compare.run.keras_models import Read
from scratch.arrays import Array

SEED = 0
MOST_REFERENCED = 100_000
"""Weights of a model that is trained in float64, too."""


class NumpySide:
    """Plain scratch, its two perturbed runs and one in float64."""

    def __init__(self) -> None:
        plain = scratch_framework()
        self.nudges = {name: Nudge(SEED + number) for number, name in enumerate(PERTURBED)}
        nudged = {name: nudged_framework(plain, nudge) for name, nudge in self.nudges.items()}
        self.frameworks = {"scratch": plain, **nudged, REFERENCE: plain}
        self._variables: dict[int, Any] = {}
        self._seen: dict[int, Array] = {}
        self._held: dict[int, dict[str, Array]] = {}
        self._optimizers: dict[tuple[int, str], tuple[Any, Any]] = {}

    def names(self, read: Read) -> list[str]:
        """Return the runs that there are of a model.

        One that is in float64 needs no reference, and of a large one it would take as long as all the others together.
        """
        large = sum(numbers.size for numbers in read.weights()) > MOST_REFERENCED
        without = large or read.recipe.dtype == "float64"
        return [name for name in self.frameworks if name != REFERENCE or not without]

    def take_over(self, read: Read, anyway: bool = False) -> bool:
        """Give every run Keras's numbers where they are others than at the end of the last call; tell whether so.

        A variable that was not seen before is no news.
        """
        changed = False
        for variable in read.variables:
            key, numbers = id(variable), np.array(variable.numpy())
            new = key not in self._seen
            if new or anyway or not np.array_equal(self._seen[key], numbers, equal_nan=True):
                self._variables[key] = variable  # kept alive, so that no other is given its id
                self._held[key] = {name: numbers.copy() for name in self.frameworks}
                self._held[key][REFERENCE] = numbers.astype(float)
                changed = changed or not new
            self._seen[key] = numbers
        return changed

    def models(self, read: Read, keras_optimizer: Any = None) -> dict[str, Any]:
        """Build every run's model with the numbers that it has come to."""
        built = {}
        for name in self.names(read):
            recipe = in_float64(read.recipe) if name == REFERENCE else read.recipe
            weights = [self._held[id(variable)][name] for variable in read.variables]
            optimizer = None if keras_optimizer is None else self._optimizer(name, read, keras_optimizer)
            built[name] = recipe.build(self.frameworks[name], weights, optimizer)
        return built

    def keep(self, read: Read, models: dict[str, Any]) -> None:
        """Keep the numbers that every run's model has come to, and remember Keras's."""
        for name, model in models.items():
            for variable, numbers in zip(read.variables, model.get_weights(), strict=True):
                self._held[id(variable)][name] = numbers
        for variable in read.variables:
            self._seen[id(variable)] = np.array(variable.numpy())

    def _optimizer(self, name: str, read: Read, keras_optimizer: Any) -> Any:
        """Return the run's optimizer that stands for Keras's, made when it is first asked for."""
        key = id(keras_optimizer), name
        if key not in self._optimizers:
            part = (in_float64(read.recipe) if name == REFERENCE else read.recipe).optimizer
            framework = self.frameworks[name]
            assert part is not None
            with framework.dtype("float64" if name == REFERENCE else read.recipe.dtype):
                made = part.made(framework.keras)
            nudge = self.nudges.get(name)
            self._optimizers[key] = keras_optimizer, NudgedOptimizer(made, nudge) if nudge else made
        optimizer = self._optimizers[key][1]
        steps, taken = int(np.asarray(keras_optimizer.iterations)), bare(optimizer).iterations
        if steps != taken and bare(optimizer).slots:
            raise Unsupported(
                f"the optimizer has taken {steps} steps of which scratch has followed {taken}, and it remembers them"
            )
        return optimizer


def bare(optimizer: Any) -> Any:
    """Return the optimizer within a perturbed run's."""
    return getattr(optimizer, "inner", optimizer)
