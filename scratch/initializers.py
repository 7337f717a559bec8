"""Where the weights start (``keras.initializers``).

Random numbers come from the one stream that ``set_random_seed`` starts or, with ``seed``, from one of the
initializer's own, which begins anew with every call. They are drawn from Keras's distributions; the numbers themselves
differ from Keras's, as they do from one of its backends to the next.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from scratch.arrays import Array
from scratch.config import floatx
from scratch.names import lookup, snake_case
from scratch.serialization import Configured, deserialized
from scratch.utils import generator

Shape = Sequence[int]


class Initializer(Configured):
    """Makes an array of weights of a shape. Keras: ``initializers.Zeros()((784, 1))``."""

    room = "keras.initializers"

    def __call__(self, shape: Shape, dtype: str | None = None) -> Array:
        """Return an array of this shape, of the type in use unless another one is asked for."""
        return self.drawn(tuple(shape)).astype(dtype or floatx())

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Return the numbers, in float64."""
        raise NotImplementedError


class Zeros(Initializer):
    """Start at 0. Keras: the default ``bias_initializer`` of ``Dense``."""

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Return zeros."""
        return np.zeros(shape)


class Ones(Initializer):
    """Start at 1. Keras: ``Dense(1, kernel_initializer="ones")``."""

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Return ones."""
        return np.ones(shape)


class Constant(Initializer):
    """Start at one number everywhere, or at an array's. Keras: ``initializers.Constant(0.1)``."""

    options = ("value",)

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Return the number in every place."""
        return np.broadcast_to(np.asarray(self.value, float), shape)


class Identity(Initializer):
    """Start by passing each input on, times ``gain``. Keras: ``initializers.Identity()``.

    Raises ValueError for a shape that is no matrix.
    """

    options = ("gain",)

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Return ``gain`` on the diagonal."""
        if len(shape) != 2:
            raise ValueError(f"Identity makes a matrix, and {shape} is the shape of none")
        return self.gain * np.eye(*shape)


class Random(Initializer):
    """An initializer that draws, each call from the same ``seed`` where one is given."""

    options: ClassVar[tuple[str, ...]] = ("seed",)

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    @property
    def stream(self) -> np.random.Generator:
        """The random numbers of one call."""
        return generator() if self.seed is None else np.random.default_rng(self.seed)


class RandomUniform(Random):
    """Draw uniformly between two numbers. Keras: ``RandomUniform(minval=-0.05, maxval=0.05)``."""

    options = ("seed", "minval", "maxval")

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Draw the numbers."""
        return self.stream.uniform(self.minval, self.maxval, shape)


class RandomNormal(Random):
    """Draw from a normal distribution. Keras: ``RandomNormal(mean=0.0, stddev=0.05)``."""

    options = ("seed", "mean", "stddev")

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Draw the numbers."""
        return self.stream.normal(self.mean, self.stddev, shape)


class TruncatedNormal(RandomNormal):
    """Draw from a normal distribution, and draw again what is more than two ``stddev`` away. Keras: the same name."""

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Draw the numbers."""
        return self.mean + self.stddev * truncated(self.stream, shape)


def truncated(stream: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw from a normal distribution of size 1, and draw again what is more than 2 away."""
    numbers = stream.standard_normal(shape)
    while (far := np.abs(numbers) > 2).any():
        numbers[far] = stream.standard_normal(np.count_nonzero(far))
    return numbers


TRUNCATED_STDDEV = 0.87962566103423978  # the standard deviation of a normal distribution that ends at 2

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


class VarianceScaling(Random):
    """Draw weights of a size that keeps that of z about the same from layer to layer, whatever the layers' widths.

        variance = scale / maximum(1, fan)

    fan: inputs of a unit (``fan_in``), units an input goes to (``fan_out``), or the mean of both (``fan_avg``). Keras:
    ``VarianceScaling(scale=2.0, mode="fan_in")``. Raises ValueError for a scale that is not positive, and for an
    unknown mode or distribution.
    """

    options: ClassVar[tuple[str, ...]] = ("seed", "scale", "mode", "distribution")
    unused = ("input_axes", "output_axes")

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal", seed: int | None = None
    ) -> None:
        super().__init__(seed)
        distribution = {"normal": "truncated_normal"}.get(distribution.lower(), distribution.lower())
        if scale <= 0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in MODES:
            raise ValueError(f"Invalid `mode` argument: {mode}. It is one of {', '.join(MODES)}")
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"Invalid `distribution` argument: {distribution}. It is one of {', '.join(DISTRIBUTIONS)}"
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Draw the numbers."""
        fan_in, fan_out = compute_fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self.stream.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return self.stream.normal(0, math.sqrt(variance), shape)
        return math.sqrt(variance) / TRUNCATED_STDDEV * truncated(self.stream, shape)


def compute_fans(shape: Shape) -> tuple[int, int]:
    """Return how many inputs a unit has, and how many units an input goes to: the two sides of W."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if len(shape) else (1, 1)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


class _Scaled(VarianceScaling):
    """A variance scaling whose scale, mode and distribution have a name of their own."""

    options = ("seed",)
    of: tuple[float, str, str]

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(*self.of, seed=seed)


class GlorotUniform(_Scaled):
    """Draw weights uniformly, in a range that keeps the size of z and of its derivative about the same.

        limit = sqrt(6 / (fan_in + fan_out))

    W: (fan_in, fan_out). Keras: the default ``kernel_initializer`` of ``Dense``.
    """

    of = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Draw weights of the same size from a normal distribution that ends at two standard deviations.

        variance = 2 / (fan_in + fan_out)

    W: (fan_in, fan_out). Keras: ``Dense(1, kernel_initializer="glorot_normal")``.
    """

    of = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Scaled):
    """Draw weights uniformly, twice as wide in variance: half of relu's units are off.

        limit = sqrt(6 / fan_in)

    W: (fan_in, fan_out). Keras: ``Dense(10, activation="relu", kernel_initializer="he_uniform")``.
    """

    of = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """The same from a normal distribution that ends at two standard deviations.

        variance = 2 / fan_in

    W: (fan_in, fan_out). Keras: ``Dense(10, activation="relu", kernel_initializer="he_normal")``.
    """

    of = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    """Draw weights uniformly, so that z is as large as the inputs are.

        limit = sqrt(3 / fan_in)

    W: (fan_in, fan_out). Keras: ``Dense(10, kernel_initializer="lecun_uniform")``.
    """

    of = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    """The same from a normal distribution that ends at two standard deviations.

        variance = 1 / fan_in

    W: (fan_in, fan_out). Keras: ``Dense(10, activation="selu", kernel_initializer="lecun_normal")``.
    """

    of = (1.0, "fan_in", "truncated_normal")


class Orthogonal(Random):
    """Draw columns at right angles to each other, each of length ``gain``: no input is stretched more than another.

    Keras: ``Orthogonal(gain=1.0)``. Raises ValueError for a shape of fewer than two axes.
    """

    options = ("seed", "gain")

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def drawn(self, shape: tuple[int, ...]) -> Array:
        """Draw a matrix, and make its columns (or rows, where they are fewer) orthogonal."""
        if len(shape) < 2:
            raise ValueError(f"Orthogonal makes a matrix, and {shape} is the shape of none")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self.stream.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))  # or some rotations would be likelier than others
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


_CLASSES: dict[str, type[Initializer]] = {
    kind.__name__: kind
    for kind in (
        Constant,
        GlorotNormal,
        GlorotUniform,
        HeNormal,
        HeUniform,
        Identity,
        LecunNormal,
        LecunUniform,
        Ones,
        Orthogonal,
        RandomNormal,
        RandomUniform,
        TruncatedNormal,
        VarianceScaling,
        Zeros,
    )
}
_SHORT = {snake_case(name): kind for name, kind in _CLASSES.items()}
_LONG = {"IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal}
_BY_NAME: dict[str, type[Initializer]] = _CLASSES | _SHORT | {"uniform": RandomUniform, "normal": RandomNormal}

constant, glorot_normal, glorot_uniform = Constant, GlorotNormal, GlorotUniform
he_normal, he_uniform, identity, lecun_normal = HeNormal, HeUniform, Identity, LecunNormal
lecun_uniform, ones, orthogonal, random_normal = LecunUniform, Ones, Orthogonal, RandomNormal
random_uniform, truncated_normal, variance_scaling, zeros = RandomUniform, TruncatedNormal, VarianceScaling, Zeros


def get(initializer: Any) -> Any:
    """Return the initializer of that name, as Keras does; one that is given, or a function of a shape, as it is.

    An array starts the weights at its own numbers. Raises ValueError that lists the names for anything else.
    """
    if initializer is None or isinstance(initializer, Initializer):
        return initializer
    if isinstance(initializer, dict):
        return deserialized("initializer", initializer, _CLASSES)
    if isinstance(initializer, np.ndarray):
        return _of_array(initializer)
    if isinstance(initializer, type) and issubclass(initializer, Initializer):
        return initializer()
    return initializer if callable(initializer) else lookup("initializer", initializer, _BY_NAME | _LONG)()


deserialize = get


def _of_array(values: Array) -> Callable[..., Array]:
    def initializer(shape: Shape, dtype: str | None = None) -> Array:
        if tuple(shape) != values.shape:
            raise ValueError(f"Expected `shape` to be {values.shape}, that of the array; it is {tuple(shape)}")
        return values.astype(dtype or floatx())

    return initializer


__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
