"""Many ranks against one: the same rows, weights and batches on one rank, and the checks of the whole run."""

from itertools import chain

from compare.core.checks import Check, check_labels, check_training, check_weights, differing_labels
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.training import Run, Training, apart
from compare.core.verdict import Verdict
from scratch.arrays import Array


def one_rank(config: Config, rows: Rows, weights: list[Array], finished: int) -> Training:
    """Train one rank, plain ``scratch``, and its perturbed runs."""
    one = Training(config, rows, start=weights, finished=finished).trained()
    one.scratch.name = "1 rank"
    return one


def verify(many: Run, one: Training) -> Verdict:
    """Check many ranks' run against one rank's."""
    checks = list(chain(check_training(one, many), check_labels(one, many)))
    failed = next((check for check in checks if not check.ok), None)
    if failed:
        sentence = f"{many.name} and 1 rank depart; the first rung that fails is {failed.rung}: {failed.quantity}"
        return Verdict("mismatched", sentence, checks)
    epochs = one.epochs
    return Verdict(
        "matched",
        f"after {epochs} epoch{'s' * (epochs > 1)} {many.name} and 1 rank are "
        f"{apart(many.weights[-1], one.scratch.weights[-1]):.2g} apart (max|ΔW|), and {differing_labels(checks)} "
        f"predicted labels differ; validation accuracy {many.history['val_accuracy'][-1]:.4f} and "
        f"{one.scratch.history['val_accuracy'][-1]:.4f}",
        checks,
    )


def verify_workers(epochs: list[list[Array]], one: Training) -> list[Check]:
    """Check the weights of Keras's workers after each epoch against one rank's."""
    return [check for epoch, weights in enumerate(epochs, 1) for check in check_weights(one, epoch, weights)]
