"""The project's own ``fit``, whatever it is today."""

from typing import Any

from compare.bench.contender import KerasFit, Task


class Scratch(KerasFit):
    """``scratch.Sequential.fit``."""

    title = "scratch fit"

    def __init__(self, task: Task, **options: Any) -> None:
        import scratch

        super().__init__(task, scratch, **options)
