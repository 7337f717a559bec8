"""Are weights read from the right file, and from nothing else?"""

from pathlib import Path

import numpy as np
import pytest

from compare.common.errors import BadInput
from compare.scale import checkpoint


def test_files_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no")
    np.savez(tmp_path / "objects.npz", W=np.array([{}]), b=np.zeros(1), epoch=1)
    np.savez(tmp_path / "other.npz", W=np.zeros((3, 1), "float32"), b=np.zeros(1, "float32"), epoch=1)
    for name in ("text.npz", "objects.npz", "other.npz", "missing.npz"):
        with pytest.raises(BadInput, match="--resume"):
            checkpoint.load(tmp_path / name, (8, 8), "float32")


def test_the_last_epoch_is_the_highest_and_not_the_last_by_name(tmp_path: Path) -> None:
    for epoch in (9, 9_999, 10_000):
        checkpoint.save([np.zeros((64, 1)), np.zeros(1)], epoch, tmp_path)
    assert checkpoint.last(tmp_path) == tmp_path / "weights-epoch-10000.npz"
