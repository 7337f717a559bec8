"""Many ranks against one: the same rows, weights and batches on one rank, and the ladder's rungs of the whole run."""

from dataclasses import dataclass

from compare.core.checks import Check, apart, climb_the_run
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import scratch_framework
from compare.core.perturbed import perturbed
from compare.core.training import Side, train
from scratch.arrays import Array

PERTURBED = 2


@dataclass(frozen=True)
class Verification:
    """What the ladder says of many ranks and one."""

    many: Side
    one: Side
    perturbed_runs: list[Side]
    rungs: list[Check]

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


def reference(config: Config, rows: Rows, weights: list[Array], finished: int) -> list[Side]:
    """Train one rank, plain ``scratch``, and its perturbed runs."""
    framework = scratch_framework()
    one = Side("1 rank", framework.build(config, rows.shape, weights))
    perturbed_runs = [perturbed(framework, config, rows.shape, weights, number) for number in range(PERTURBED)]
    for _ in train([one, *perturbed_runs], config, rows, epochs=config.epochs - finished, finished=finished):
        pass
    return [one, *perturbed_runs]


def verify(many: Side, config: Config, rows: Rows, weights: list[Array], finished: int) -> Verification:
    """Hold many ranks' run against one rank's; a tolerance is twice as far as the perturbed runs drifted."""
    one, *perturbed_runs = reference(config, rows, weights, finished)
    return Verification(many, one, perturbed_runs, list(climb_the_run(many, one, perturbed_runs, None, config, rows)))
