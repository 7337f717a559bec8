"""One comparison from the config to the verdict: the order of things, and what each leaves behind."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from itertools import chain

from compare.core.checks import Check, check_labels, check_one_step, check_training, climbed
from compare.core.config import Config
from compare.core.data import prepare
from compare.core.frameworks import Framework, keras_framework, scratch_framework
from compare.core.training import Run, Training
from compare.core.verdict import Verdict, explained, judge
from scratch.datasets import Dataset


class Comparison:
    """Keras and scratch on one config and one data set: ``with Comparison(config, dataset) as comparison:``.

    Within the block both libraries compute in the config's float type, and ``train``, ``check`` and ``judge`` do so, in
    this order. ``train`` and ``check`` yield as they go, so that whoever looks on can show it, and may be broken off:
    the comparison keeps what is finished. It may be entered again. Raises BadInput for a config that the data set
    cannot serve.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        self.config = config
        self.dataset = dataset
        self.rows = prepare(dataset, config)
        self.checks: list[Check] = []
        self.verdict: Verdict | None = None
        self._training: Training | None = None
        self._float_type = ExitStack()

    def __enter__(self) -> "Comparison":
        """Import Keras, which takes seconds, and set the float type on both sides."""
        for framework in (self.keras, self.scratch):
            self._float_type.enter_context(framework.dtype(self.config.dtype))
        return self

    def __exit__(self, *error: object) -> None:
        """Give both libraries their float type back."""
        self._float_type.close()

    @cached_property
    def keras(self) -> Framework:
        """Keras's side; whoever asks first waits for the import."""
        return keras_framework()

    @cached_property
    def scratch(self) -> Framework:
        """The NumPy side."""
        return scratch_framework()

    @property
    def training(self) -> Training:
        """The runs, all of which start from the same weights; built when they are first asked for."""
        if self._training is None:
            self._training = Training(self.config, self.rows, [self.keras, self.scratch], reference=True)
        return self._training

    @property
    def runs(self) -> dict[str, Run]:
        """Every run by its name; none before the training."""
        return self._training.runs if self._training else {}

    @property
    def epochs(self) -> int:
        """How many epochs Keras and scratch have both finished."""
        return self._training.epochs if self._training else 0

    def train(self) -> Iterator[tuple[int, Run]]:
        """Train every run on the same batches; yield (epoch, run) as each finishes an epoch."""
        yield from self.training.train_together()

    def check(self) -> Iterator[Check]:
        """Climb the ladder after training; above the first rung on which a check fails, nothing is reached."""
        rungs = chain(
            check_one_step(self.keras, self.scratch, self.config, self.rows),
            check_training(self.training, self.training.keras),
            check_labels(self.training, self.training.keras),
        )
        for check in climbed(rungs):
            self.checks.append(check)
            yield check

    def judge(self) -> Verdict:
        """Decide, once everything is checked."""
        self.verdict = explained(judge(self.training, self.checks), self.training)
        return self.verdict

    def run(self) -> None:
        """Train, check and judge, with nobody looking on."""
        for _ in chain(self.train(), self.check()):
            pass
        self.judge()
