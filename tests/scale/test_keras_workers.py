"""Does Keras on several workers train what one rank of scratch does?"""

import numpy as np
import pytest

from compare.core.config import Config
from compare.core.frameworks import initial_weights
from compare.scale import keras_workers
from compare.scale.verification import one_rank, verify_workers
from tests.scale.conftest import rows_of


def test_keras_on_two_workers_trains_what_one_rank_of_scratch_does() -> None:
    config = Config(epochs=2, batch_size=100)
    rows = rows_of(config)
    start = initial_weights(config, rows.shape)
    one = one_rank(config, rows, start, 0)
    rungs = verify_workers(keras_workers.train(config, rows, start, 0, workers=2), one)
    assert len(rungs) == 4
    assert all(rung.ok for rung in rungs), rungs


def test_a_worker_that_breaks_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(epochs=1)
    rows = rows_of(config)
    broken = [np.zeros((3, 1), "float32"), np.zeros(1, "float32")]
    with pytest.raises(keras_workers.BrokenWorkersError, match="a worker ended with code 1"):
        keras_workers.train(config, rows, broken, 0, workers=1)
