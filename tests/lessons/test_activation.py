"""Is the edge of saturation where it is said to be?"""

import numpy as np

from compare.lessons.activation import FLAT, STEEPEST, edge_of_saturation, saturated
from scratch.activations import sigmoid, sigmoid_gradient


def test_the_edge_of_saturation_is_where_the_slope_is_the_stated_part_of_the_steepest() -> None:
    a = sigmoid(np.array([-1.0, 1.0]) * edge_of_saturation())
    np.testing.assert_allclose(sigmoid_gradient(a, np.ones(2)), FLAT * STEEPEST, rtol=1e-12)
    assert sigmoid_gradient(sigmoid(np.zeros(1)), np.ones(1))[0] == STEEPEST
    edge = edge_of_saturation()
    assert saturated(np.array([-edge - 0.1, -edge + 0.1, 0.0, edge + 0.1])) == 0.5
