"""More images out of those that there are: each copy is moved by one pixel, as for the published 'infinite MNIST'."""

from collections.abc import Iterator

import numpy as np

from scratch.arrays import Array

SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


def shifted(images: Array, down: int, right: int) -> Array:
    """Move every image by so many pixels; what comes in from the edge is 0, and what goes out is lost.

    images: (N, H, W).
    """
    moved = np.zeros_like(images)
    rows, columns = images.shape[1:]
    to = slice(max(down, 0), rows + min(down, 0)), slice(max(right, 0), columns + min(right, 0))
    of = slice(max(-down, 0), rows + min(-down, 0)), slice(max(-right, 0), columns + min(-right, 0))
    moved[:, *to] = images[:, *of]
    return moved


def grown(x: Array, y: Array, rows: int, step: int, seed: int) -> Iterator[tuple[Array, Array]]:
    """Yield images and labels, ``step`` rows at a time, until there are so many.

    The first len(x) rows are x itself; then come x's images again and again, each moved one pixel into one of the eight
    directions. A row depends on the seed and its own number alone, and so not on the step.
    """
    for start in range(0, rows, step):
        numbers = np.arange(start, min(start + step, rows))
        copies, sources = np.divmod(numbers, len(x))
        images = x.take(sources, axis=0)
        for copy in range(max(copies[0], 1), copies[-1] + 1):
            of_copy = np.random.default_rng([seed, copy]).integers(len(SHIFTS), size=len(x))
            direction = np.where(copies == copy, of_copy[sources], -1)
            for number, (down, right) in enumerate(SHIFTS):
                images[direction == number] = shifted(images[direction == number], down, right)
        yield images, y.take(sources)
