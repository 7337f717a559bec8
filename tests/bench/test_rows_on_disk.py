"""Is an epoch on rows from disk timed and weighed rightly, and does docs/scale.md quote the run that is kept?"""

import json
from pathlib import Path

import pytest

from compare.bench import rows_on_disk
from compare.cli import main
from compare.common.errors import BadInput
from scratch.data import WINDOW

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """From 4 windows to 12; a label and whether it is a five are a byte each, and an image has 64."""
    rows = 12 * WINDOW // 64
    assert main(["grow", "--dataset", "digits", "--rows", str(rows), "--out", str(tmp_path)]) == 0
    few, many = (rows_on_disk.trained(tmp_path, n, epochs=1) for n in (rows // 3, rows))
    assert many["peak"] - few["peak"] <= 2 * (rows - rows // 3)


def test_a_run_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="could not be trained on"):
        rows_on_disk.trained(tmp_path, 10, epochs=1)


def test_time_and_memory_are_summed_up_by_row() -> None:
    measured = [
        {"rows": 100, "seconds": [1.0, 3.0, 1.1], "peak": 1000, "image_bytes": 784},
        {"rows": 200, "seconds": [2.0, 2.4, 2.2], "peak": 1200, "image_bytes": 784},
    ]
    found = rows_on_disk.summed_up(measured)
    assert [size["epoch_seconds"] for size in found["sizes"]] == [1.0, 2.0]
    assert found["off_linear"] < 1e-9
    assert found["bytes_a_row"] == 2


def test_the_page_quotes_the_kept_run() -> None:
    kept = json.loads((DOCS / "growth.json").read_text(encoding="utf-8"))
    assert rows_on_disk.markdown(kept) in (DOCS / "scale.md").read_text(encoding="utf-8")
