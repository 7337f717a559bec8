"""The rows that both sides train on: the set's own split, labelled and scaled as the recipe says."""

from dataclasses import dataclass

from compare.errors import BadInput
from compare.recipe import Recipe
from keras_ref import is_digit, scale
from scratch.arrays import Array
from scratch.datasets import Dataset


@dataclass(frozen=True)
class Rows:
    """Training and validation rows, ready for ``fit``."""

    x_train: Array
    y_train: Array
    x_val: Array
    y_val: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image."""
        return self.x_train.shape[1:]

    @property
    def baseline(self) -> dict[str, float]:
        """The accuracy of always giving the commoner answer: what a model must beat to have learned anything."""
        return {name: float(max(y.mean(), 1 - y.mean())) for name, y in self.labels.items()}

    @property
    def labels(self) -> dict[str, Array]:
        """The targets of either part."""
        return {"train": self.y_train, "validation": self.y_val}

    @property
    def images(self) -> dict[str, Array]:
        """The images of either part."""
        return {"train": self.x_train, "validation": self.x_val}


def prepare(dataset: Dataset, recipe: Recipe) -> Rows:
    """Label, cut and scale a data set. Raises BadInput for a digit or a size that it does not have."""
    if not 0 <= recipe.digit < dataset.classes:
        raise BadInput(
            f"--digit must be one of the classes 0 to {dataset.classes - 1} of {dataset.name}, not {recipe.digit}"
        )
    rows = len(dataset.x_train) if recipe.train_size is None else recipe.train_size
    if rows > len(dataset.x_train):
        raise BadInput(f"--train-size {rows} is more than the {len(dataset.x_train)} training rows of {dataset.name}")

    def pixels(x: Array) -> Array:
        if recipe.pixels == "raw":
            return x
        return scale(x.astype(recipe.dtype), float(dataset.peak))

    return Rows(
        x_train=pixels(dataset.x_train[:rows]),
        y_train=is_digit(dataset.y_train[:rows], recipe.digit),
        x_val=pixels(dataset.x_test),
        y_val=is_digit(dataset.y_test, recipe.digit),
    )
