"""One comparison from the recipe to the verdict: the order of things, and what each leaves behind."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain

from compare.core.checks import Check, climb_one_step, climb_the_run
from compare.core.config import Config
from compare.core.data import prepare
from compare.core.frameworks import Framework, initial_weights, keras_framework, scratch_framework
from compare.core.perturbed import perturbed
from compare.core.training import Side, train
from compare.core.verdict import Evidence, Verdict, judge
from scratch.datasets import Dataset

PERTURBED = ("perturbed 0", "perturbed 1")


class Comparison:
    """Keras and scratch on one recipe and one data set: ``start``, ``train``, ``climb``, ``judge``, ``close``.

    ``train`` and ``climb`` yield as they go, so that whoever looks on can show it, and may be broken off: the
    comparison keeps what is finished. Raises BadInput for a recipe that the data set cannot serve.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        self.config = config
        self.dataset = dataset
        self.rows = prepare(dataset, config)
        self.sides: dict[str, Side] = {}
        self.ladder: list[Check] = []
        self.verdict: Verdict | None = None
        self._held = ExitStack()

    def start(self) -> None:
        """Import Keras, set the float type on both sides, and build every side from the same weights."""
        self._keras, self._scratch = keras_framework(), scratch_framework()
        for framework in (self._keras, self._scratch):
            self._held.enter_context(framework.dtype(self.config.dtype))
        self._start = initial_weights(self.config, self.rows.shape)
        names = ["keras", "scratch", *PERTURBED, *(["float64"] if self.config.dtype != "float64" else [])]
        self.sides = {name: self._side(name)[0] for name in names}

    def close(self) -> None:
        """Give both libraries their float type back."""
        self._held.close()

    def _side(self, name: str) -> tuple[Side, Framework]:
        """Build one side, at the start of its training."""
        config, shape, start = self.config, self.rows.shape, self._start
        if name in PERTURBED:
            return perturbed(self._scratch, config, shape, start, PERTURBED.index(name)), self._scratch
        if name == "float64":
            with self._scratch.dtype("float64"):
                model = self._scratch.build(config.reference(), shape, [w.astype(float) for w in start])
            return Side(name, model), self._scratch
        framework = self._keras if name == "keras" else self._scratch
        return Side(name, framework.build(config, shape, start)), framework

    def train(self) -> Iterator[tuple[int, Side]]:
        """Train every side in lockstep; yield (epoch, side) as each finishes an epoch."""
        yield from train(list(self.sides.values()), self.config, self.rows)

    @property
    def epochs(self) -> int:
        """How many epochs Keras and scratch have both finished."""
        return min((self.sides[name].epochs for name in ("keras", "scratch") if name in self.sides), default=0)

    def climb(self) -> Iterator[Check]:
        """Climb the ladder after training; above the first rung that fails, the rungs are not reached."""
        keras, scratch, perturbed_runs = (
            self.sides["keras"],
            self.sides["scratch"],
            [self.sides[name] for name in PERTURBED],
        )
        failed: str | None = None
        for rung in chain(
            climb_one_step(self._keras, self._scratch, self.config, self.rows),
            climb_the_run(keras, scratch, perturbed_runs, self.sides.get("float64"), self.config, self.rows),
        ):
            self.ladder.append(rung if failed in (None, rung.rung) else rung.not_reached())
            failed = failed or (rung.rung if rung.ok is False else None)
            yield self.ladder[-1]

    def judge(self) -> Verdict:
        """Decide, once the ladder is climbed."""
        evidence = Evidence(
            config=self.config,
            rows=self.rows,
            rungs=self.ladder,
            keras=self.sides["keras"],
            scratch=self.sides["scratch"],
            perturbed_runs=[self.sides[name] for name in PERTURBED],
            again=self._side,
        )
        self.verdict = judge(evidence)
        return self.verdict

    def _repr_html_(self) -> str:
        """Show verdict and curves in a notebook."""
        from compare.report.notebook import notebook_html

        return notebook_html(self)


def compare(config: Config, dataset: Dataset) -> Comparison:
    """Run a whole comparison and return it."""
    comparison = Comparison(config, dataset)
    try:
        comparison.start()
        for _ in comparison.train():
            pass
        for _ in comparison.climb():
            pass
        comparison.judge()
    finally:
        comparison.close()
    return comparison
