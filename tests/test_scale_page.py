"""Does docs/scale.md quote the runs that are kept beside it, and nothing else?"""

import json
from pathlib import Path

from compare.grow import measuring
from compare.ranks import scaling

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "scale.md").read_text(encoding="utf-8")


def test_the_time_and_memory_of_more_rows_are_those_of_the_kept_run() -> None:
    assert measuring.markdown(json.loads((DOCS / "growth.json").read_text(encoding="utf-8"))) in PAGE


def test_where_ranks_pay_is_as_in_the_kept_run() -> None:
    assert scaling.markdown(json.loads((DOCS / "scaling.json").read_text(encoding="utf-8"))) in PAGE
