"""Is a function shown as its docstring and its source state it?"""

import keras_ref
from compare.common.docstrings import stated


def test_a_source_is_shown_without_its_docstring() -> None:
    shown = stated(keras_ref.scale)
    assert shown.source == "def scale(x: Any, peak: float = 255) -> Any:\n    return x / peak"
    assert shown.sentence == "Bring the pixels from 0..peak to 0..1."
