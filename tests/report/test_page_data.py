"""Are the numbers for the page's own arithmetic the right ones?"""

import re
from pathlib import Path
from typing import get_args

import numpy as np

from compare.core.config import ActivationName
from compare.report import page_data
from compare.report.page_data import box_of, chosen_images
from compare.report.predictions import Predictions
from scratch.datasets import Dataset


def test_the_drawing_s_box_is_as_large_as_the_set_s_digits(digits: Dataset) -> None:
    assert box_of(digits.x_test, digits.peak) == 8
    image = np.zeros((3, 28, 28), np.uint8)
    image[:, 4:24, 10:18] = 255
    assert box_of(image, 255) == 20
    assert box_of(np.zeros((2, 5, 5)), 255) == 1


def test_mnist_s_box_is_the_one_that_it_was_made_with(mnist: Dataset) -> None:
    assert box_of(mnist.x_test, mnist.peak) == 20


def test_the_page_can_compute_every_activation() -> None:
    script = Path(page_data.__file__).parent / "templates" / "perceptron.js"
    table = script.read_text(encoding="utf-8").split("const ACTIVATIONS = {")[1].split("\n};")[0]
    assert re.findall(r"^  (\w+): \(z\) =>", table, re.MULTILINE) == list(get_args(ActivationName))


def test_images_of_both_kinds_and_mistakes_can_be_loaded(predictions: Predictions) -> None:
    chosen = chosen_images(predictions, 1000)
    assert len(chosen) == len(set(chosen.tolist())) >= 50
    assert predictions.y[chosen].sum() >= 24
    assert (~predictions.y[chosen]).sum() >= 24
    assert predictions.mistakes[0] in chosen
    assert len(chosen_images(predictions, 7)) == 7
