"""Do scripts in the styles that people write run unchanged, and agree with scratch call by call?"""

from collections.abc import Callable

import pytest

from compare.common.errors import BadInput
from compare.run.guide import entries_of
from compare.run.outcome import Outcome

Ran = Callable[[str], Outcome]

MATCHED = {
    "a_line_through_points.py": ["fit", "predict"],
    "clothes_one_hot.py": ["fit", "evaluate"],
    "digits.ipynb": ["fit"],
    "drops_and_decays.py": ["fit", "predict"],
    "encoder_and_decoder.py": ["fit", "predict", "predict"],
    "five_detector.py": ["fit", "predict"],
    "from_a_pipeline.py": ["fit", "evaluate", "predict"],
    "functional.py": ["fit"],
    "one_epoch_at_a_time.py": ["fit"] * 4,
    "own_class.py": ["fit", "evaluate"],
    "rare_class.py": ["fit", "fit"],
    "rates_on_a_schedule.py": ["fit", "fit"],
    "saved_and_loaded.py": ["fit", "predict", "predict", "fit"],
    "stops_early.py": ["fit", "evaluate"],
    "transfer.py": ["fit", "fit", "evaluate"],
    "two_layers.py": ["fit", "evaluate", "predict"],
    "xor.py": ["fit", "predict"],
}
"""Every call of each that is to be held against scratch."""


@pytest.fixture(autouse=True)
def real_images(mnist: object) -> None:
    """These scripts ask for MNIST; what happens without it is asked in test_stand_ins."""


@pytest.mark.parametrize("name", MATCHED)
def test_a_script_runs_to_its_end_and_every_call_of_it_agrees(ran: Ran, name: str) -> None:
    outcome = ran(name)
    assert outcome.error is None
    assert [call.method for call in outcome.compared] == MATCHED[name]
    assert outcome.not_compared == []
    departs = [str(check) for call in outcome.calls for check in call.checks if check.ok is False]
    assert departs == []
    assert outcome.verdict().word == "matched"


@pytest.mark.parametrize("name", MATCHED)
def test_every_value_of_a_script_s_guide_agrees(ran: Ran, name: str) -> None:
    entries = entries_of(ran(name))
    assert [str(entry.value) for entry in entries if not entry.ok] == []
    assert sum(entry.value is not None for entry in entries) >= 8


def test_pixels_that_are_not_scaled_make_rounding_rule_the_run_and_the_verdict_says_so(ran: Ran) -> None:
    verdict = ran("raw_pixels.py").verdict()
    assert verdict.word == "rounding-limited"
    assert "makes rounding errors grow" in verdict.sentence
    assert all(check.ok for check in verdict.checks if check.of_one_step)


def test_a_convolution_is_out_of_scope_and_one_sentence_says_where(ran: Ran) -> None:
    outcome = ran("pictures_by_convolution.py")
    with pytest.raises(BadInput, match=r"line 15: fit is out of scope: scratch has no layers\.Conv2D"):
        outcome.verdict()


def test_what_can_be_compared_is_and_the_verdict_names_what_was_not(ran: Ran) -> None:
    verdict = ran("dense_then_convolution.py").verdict()
    assert verdict.word == "matched"
    assert "1 of 2 calls were compared; not compared: line 17, fit: scratch has no layers.Conv2D" in verdict.sentence


def test_a_layer_that_scratch_lacks_has_a_row_in_the_guide_that_says_what_it_would_need(ran: Ran) -> None:
    row = next(entry.row for entry in entries_of(ran("dense_then_convolution.py")) if "Conv2D" in entry.row.title)
    assert row.title == "Conv2D is not in scratch"
    assert "its forward formula and its gradient" in row.says
