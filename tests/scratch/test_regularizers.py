"""Is what weights cost Keras's own, and its gradient the derivative?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratch import gradcheck, regularizers
from tests.scratch.derivatives import METHODS, agrees, several
from tests.scratch.strategies import arrays, shapes

REGULARIZERS = {
    "l1": regularizers.L1(0.25),
    "l2": regularizers.L2(0.5),
    "both": regularizers.L1L2(0.25, 0.5),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("regularizer", REGULARIZERS.values(), ids=REGULARIZERS)
@several
@given(st.data())
def test_a_costs_gradient(regularizer: regularizers.L1L2, method: str, data: st.DataObject) -> None:
    w = data.draw(shapes().flatmap(lambda shape: arrays(*shape)))
    w = np.where(w == 0, 1 / 64, w)  # l1 has a kink at 0
    check = gradcheck.check(regularizer, regularizer.gradient, w, method)
    assert agrees(check, method, size=float(regularizer(w))), str(check)


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "l1", "l2", "l1l2"])
def test_a_cost_by_name_is_keras_own(keras: Any, both_in: str, name: str) -> None:
    w = np.random.default_rng(0).uniform(-1, 1, (3, 4)).astype(both_in)
    w[0] = 0
    theirs, ours = keras.regularizers.get(name), regularizers.get(name)
    # a dozen squares or sizes and their sum, on either side; Keras's object keeps its factor in float32
    assert abs(float(theirs(w)) - float(ours(w))) <= 2 * 16 * np.finfo(both_in).eps * max(1, float(ours(w)))
    assert type(regularizers.get({"class_name": type(ours).__name__, "config": ours.get_config()})) is type(ours)
    assert type(regularizers.get(type(ours))) is type(ours)
    assert not ours.gradient(w)[0].any(), "at 0 nothing pulls"


def test_no_regularizer_is_none_and_a_base_class_charges_nothing() -> None:
    assert regularizers.get(None) is None
    assert regularizers.get(REGULARIZERS["l1"]) is REGULARIZERS["l1"]
    assert regularizers.L1L2(None, None)(np.ones(3)) == 0
    for call in (
        lambda: regularizers.Regularizer()(np.ones(1)),
        lambda: regularizers.Regularizer().gradient(np.ones(1)),
    ):
        with pytest.raises(NotImplementedError):
            call()
