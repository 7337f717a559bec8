"""Does an optimizer with a rate a unit train each unit by its own, in either library?"""

import numpy as np
import pytest

from compare.bench.contender import Size
from compare.bench.processes import Crew
from compare.bench.reference import reference
from compare.bench.session import Session


@pytest.mark.parametrize("name", ["scratch", "keras_default"])
def test_a_rate_a_unit_trains_each_unit_by_its_own(name: str, session: Session) -> None:
    rates = np.array([0.1, 0.5], np.float32)
    wide = session.task.resized(Size(units=2))
    expected = reference(wide, session.order, rates)
    with Crew(session.directory) as crew:
        crew[name].ask("prepare_rates", name, session.directory, rates)
        crew[name].ask("train", 1, session.order)
        weights = crew[name].ask("weights")
    assert expected.agreement(weights).ok
    swapped = [w[..., ::-1] for w in weights]
    assert not expected.agreement(swapped).ok
