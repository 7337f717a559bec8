"""One learning rate a unit, on either library."""

from typing import Any

from compare.bench.contender import Array


def rate_per_unit(keras: Any, rates: Array) -> Any:
    """Make the SGD of ``compare.core.rates.RatePerUnit`` for a library that speaks Keras, scratch or Keras itself."""
    import scratch
    from compare.core.rates import RatePerUnit

    ours = RatePerUnit(rates)
    if keras is scratch:
        return ours

    class KerasRatePerUnit(keras.optimizers.SGD):  # type: ignore[misc]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            super().update_step(ours.rates * gradient, variable, learning_rate)

    return KerasRatePerUnit(learning_rate=1.0)
