"""Many ranks against one: the same rows, weights and batches on one rank, and the ladder's rungs of the whole run."""

from dataclasses import dataclass

from compare.data import Rows
from compare.ladder import Rung, apart, climb_the_run
from compare.lockstep import Side, train
from compare.recipe import Recipe
from compare.sides import scratch_library
from compare.twin import twin
from scratch.arrays import Array

TWINS = 2


@dataclass(frozen=True)
class Verification:
    """What the ladder says of many ranks and one."""

    many: Side
    one: Side
    twins: list[Side]
    rungs: list[Rung]

    @property
    def matched(self) -> bool:
        """Whether every rung holds."""
        return all(rung.ok for rung in self.rungs)

    @property
    def sentence(self) -> str:
        """Say in one sentence what was found."""
        failed = next((rung for rung in self.rungs if not rung.ok), None)
        if failed:
            return f"{self.many.name} and 1 rank depart; the first rung that fails is {failed.rung}: {failed.quantity}"
        labels = sum(int(rung.max_abs_difference or 0) for rung in self.rungs if rung.rung == "predicted labels")
        epochs = self.one.epochs
        return (
            f"after {epochs} epoch{'s' * (epochs > 1)} {self.many.name} and 1 rank are "
            f"{apart(self.many.weights[-1], self.one.weights[-1]):.2g} apart (max|ΔW|), and {labels} predicted labels "
            f"differ; validation accuracy {self.many.history['val_accuracy'][-1]:.4f} and "
            f"{self.one.history['val_accuracy'][-1]:.4f}"
        )


def reference(recipe: Recipe, rows: Rows, weights: list[Array], finished: int) -> list[Side]:
    """Train one rank, plain ``scratch``, and its rounding twins."""
    library = scratch_library()
    one = Side("1 rank", library.build(recipe, rows.shape, weights))
    twins = [twin(library, recipe, rows.shape, weights, number) for number in range(TWINS)]
    for _ in train([one, *twins], recipe, rows, epochs=recipe.epochs - finished, finished=finished):
        pass
    return [one, *twins]


def verify(many: Side, recipe: Recipe, rows: Rows, weights: list[Array], finished: int) -> Verification:
    """Hold many ranks' run against one rank's; a tolerance is twice as far as the rounding twins drifted."""
    one, *twins = reference(recipe, rows, weights, finished)
    return Verification(many, one, twins, list(climb_the_run(many, one, twins, None, recipe, rows)))
