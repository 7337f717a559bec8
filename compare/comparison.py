"""One comparison from the recipe to the verdict: the order of things, and what each leaves behind."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain

from compare.data import prepare
from compare.ladder import Rung, climb_one_step, climb_the_run
from compare.lockstep import Side, train
from compare.recipe import Recipe
from compare.sides import Library, initial_weights, keras_library, scratch_library
from compare.twin import twin
from compare.verdict import Evidence, Verdict, judge
from scratch.datasets import Dataset

TWINS = ("twin 0", "twin 1")


class Comparison:
    """Keras and scratch on one recipe and one data set: ``start``, ``train``, ``climb``, ``judge``, ``close``.

    ``train`` and ``climb`` yield as they go, so that whoever looks on can show it, and may be broken off: the
    comparison keeps what is finished. Raises BadInput for a recipe that the data set cannot serve.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset) -> None:
        self.recipe = recipe
        self.dataset = dataset
        self.rows = prepare(dataset, recipe)
        self.sides: dict[str, Side] = {}
        self.ladder: list[Rung] = []
        self.verdict: Verdict | None = None
        self._held = ExitStack()

    def start(self) -> None:
        """Import Keras, set the float type on both sides, and build every side from the same weights."""
        self._keras, self._scratch = keras_library(), scratch_library()
        for library in (self._keras, self._scratch):
            self._held.enter_context(library.dtype(self.recipe.dtype))
        self._start = initial_weights(self.recipe, self.rows.shape)
        names = ["keras", "scratch", *TWINS, *(["float64"] if self.recipe.dtype != "float64" else [])]
        self.sides = {name: self._side(name)[0] for name in names}

    def close(self) -> None:
        """Give both libraries their float type back."""
        self._held.close()

    def _side(self, name: str) -> tuple[Side, Library]:
        """Build one side, at the start of its training."""
        recipe, shape, start = self.recipe, self.rows.shape, self._start
        if name in TWINS:
            return twin(self._scratch, recipe, shape, start, TWINS.index(name)), self._scratch
        if name == "float64":
            with self._scratch.dtype("float64"):
                model = self._scratch.build(recipe.witness(), shape, [w.astype(float) for w in start])
            return Side(name, model), self._scratch
        library = self._keras if name == "keras" else self._scratch
        return Side(name, library.build(recipe, shape, start)), library

    def train(self) -> Iterator[tuple[int, Side]]:
        """Train every side in lockstep; yield (epoch, side) as each finishes an epoch."""
        yield from train(list(self.sides.values()), self.recipe, self.rows)

    @property
    def epochs(self) -> int:
        """How many epochs Keras and scratch have both finished."""
        return min((self.sides[name].epochs for name in ("keras", "scratch") if name in self.sides), default=0)

    def climb(self) -> Iterator[Rung]:
        """Climb the ladder after training; above the first rung that fails, the rungs are not reached."""
        keras, scratch, twins = self.sides["keras"], self.sides["scratch"], [self.sides[name] for name in TWINS]
        failed: str | None = None
        for rung in chain(
            climb_one_step(self._keras, self._scratch, self.recipe, self.rows),
            climb_the_run(keras, scratch, twins, self.sides.get("float64"), self.recipe, self.rows),
        ):
            self.ladder.append(rung if failed in (None, rung.rung) else rung.not_reached())
            failed = failed or (rung.rung if rung.ok is False else None)
            yield self.ladder[-1]

    def judge(self) -> Verdict:
        """Decide, once the ladder is climbed."""
        evidence = Evidence(
            recipe=self.recipe,
            rows=self.rows,
            rungs=self.ladder,
            keras=self.sides["keras"],
            scratch=self.sides["scratch"],
            twins=[self.sides[name] for name in TWINS],
            again=self._side,
        )
        self.verdict = judge(evidence)
        return self.verdict

    def _repr_html_(self) -> str:
        """Show verdict and curves in a notebook."""
        from compare.report.notebook import notebook_html

        return notebook_html(self)


def compare(recipe: Recipe, dataset: Dataset) -> Comparison:
    """Run a whole comparison and return it."""
    comparison = Comparison(recipe, dataset)
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
