"""A cold start, seen from inside: read the rows, import, build, train. ``python -m compare.bench.cold_process``."""

import json
import sys
from pathlib import Path

from compare.bench.contender import find
from compare.bench.task import Task


def train(name: str, directory: str, epochs: str, settings: str) -> None:
    """Train a contender, and end with its weights in hand."""
    contender = find(name)(Task.load(Path(directory)), **json.loads(settings))
    contender.train(int(epochs))
    if contender.same_math:
        contender.weights()


if __name__ == "__main__":
    train(*sys.argv[1:])
