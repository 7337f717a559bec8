"""Too slow, about right, too fast: a perceptron for each of many learning rates, all trained at once."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.core.config import Config
from compare.core.frameworks import batch_order
from compare.core.training import apart
from compare.lessons.toolkit import Outcome, finding, lesson
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Color, Figure, Line, Plot
from compare.lessons.toolkit.pair import Pair, SideName
from compare.lessons.toolkit.sweep import Sweep, grid, stability_limit, sweep
from scratch.arrays import Array

RATES = 64  # a power of two, so that the loss's mean over the units divides without rounding
CLOSE = 0.03
"""The zoom tells two rates apart that differ by this part."""


@lesson(
    2,
    "Too slow, about right, too fast",
    "Over how many decades does the rate hardly matter, and what happens at either end? Where does a linear unit's "
    "loss begin to grow, and does theory know that rate beforehand?",
)
def learning_rate(context: Context) -> Outcome:
    """Sweep the rates for the sigmoid and for a linear unit, in batches and in one; let Keras verify some."""
    epochs, full_steps = 3, 40
    config = context.config(train_size=context.pick(small=1024, large=4096), epochs=epochs)
    rows = context.rows(config, validation=1000)
    n = len(rows.x_train)
    linear = replace(config, activation="linear")
    whole = replace(linear, batch_size=n, epochs=full_steps)

    context.tell(f"{RATES} rates at once")
    curved = sweep(config, rows, grid(1e-5, 1e4, RATES))
    mini, full = (sweep(one, rows, grid(1e-6, 1e1, RATES)) for one in (linear, whole))
    limit = stability_limit(rows.x_train)
    inner = full.boundary or (limit / 2, limit)
    measured = sweep(whole, rows, grid(inner[0] / 1.3, inner[1], RATES)).boundary
    order = next(batch_order(config, n))
    batches = np.array_split(order, range(config.batch_size, n, config.batch_size))
    batch_limits = np.array([stability_limit(rows.x_train[batch]) for batch in batches])

    about_right = int(np.argmax(curved.accuracy))
    looked = about_right // 3, about_right, RATES - 2
    edge = int(np.argmax(full.diverged)) if full.boundary else RATES // 2
    around = max(edge - 2, 0), min(edge + 1, RATES - 1)

    def alone(one: Config, rate: float) -> Pair:
        return context.pair(f"{one.activation}, rate {rate:.2g}", replace(one, learning_rate=rate), rows)

    sigmoids = [alone(config, float(curved.rates[at])) for at in looked]
    below, above = (alone(replace(whole, epochs=3), float(full.rates[at])) for at in around)
    columns_share = max(column_share(pair, curved, at) for pair, at in zip(sigmoids, looked, strict=True))

    def grew(pair: Pair, side: SideName) -> bool:
        return not pair.last(side, "loss") <= pair.curve(side, "loss")[0]

    def accuracy(at: int, side: SideName) -> float:
        return sigmoids[at].last(side, "val_accuracy")

    rates = [float(curved.rates[at]) for at in looked]
    found = [float(curved.accuracy[at]) for at in looked]
    baseline = rows.baseline["validation"]
    findings = [
        finding(
            lambda side: accuracy(1, side) > max(accuracy(0, side), accuracy(2, side)),
            f"Too slow at {rates[0]:.2g} (accuracy {found[0]:.3f}), about right at {rates[1]:.2g} ({found[1]:.3f}), "
            f"too fast at {rates[2]:.2g} ({found[2]:.3f}); the baseline is {baseline:.3f}. The sigmoid never diverges, "
            f"its outputs end at 0 and 1: it gets stuck.",
            f"No rate in the middle is better than both ends: {found[0]:.3f} at {rates[0]:.2g}, {found[1]:.3f} at "
            f"{rates[1]:.2g}, {found[2]:.3f} at {rates[2]:.2g}.",
        ),
        finding(
            lambda side: columns_share <= 1,
            f"Each column of the vectorised run is the run alone: the {len(sigmoids)} columns that were trained alone, "
            f"too, use at most {columns_share:.0%} of what rounding explains.",
            f"A column of the vectorised run is {columns_share:.3g} times further off the run alone than rounding "
            "explains.",
            numpy_alone=True,
        ),
        finding(
            lambda side: measured is not None and measured[0] * (1 - CLOSE) <= limit <= measured[1] * (1 + CLOSE),
            f"On full batches a linear unit diverges where theory says: measured between {_rates(measured)}, and "
            f"2/λmax of the Hessian is {limit:.4g}.",
            f"The measured boundary is {_rates(measured)}, where 2/λmax of the Hessian is {limit:.4g}.",
            numpy_alone=True,
        ),
        finding(
            lambda side: batch_limits.min() < limit,
            f"Mini-batches change that: each has a Hessian of its own, and the limits of the first epoch's "
            f"{len(batch_limits)} batches of {config.batch_size} run from {batch_limits.min():.3g} to "
            f"{batch_limits.max():.3g}. On the grid of {RATES} rates they diverge between {_rates(mini.boundary)}, "
            f"full batches between {_rates(full.boundary)}.",
            f"No batch of the first epoch has a lower limit than the whole: they run from {batch_limits.min():.3g} to "
            f"{batch_limits.max():.3g}.",
            numpy_alone=True,
        ),
        finding(
            lambda side: np.nanmin(mini.loss) < np.nanmin(full.loss),
            f"But they take more steps: {epochs} epochs are {epochs * config.steps_an_epoch(n):,} of them, and the "
            f"best rate gets to a loss of {np.nanmin(mini.loss):.4f}, where {full_steps} epochs of full-batch steps "
            f"get to {np.nanmin(full.loss):.4f}.",
            f"The best loss is {np.nanmin(mini.loss):.4f} with mini-batches and {np.nanmin(full.loss):.4f} with full "
            "batches.",
            numpy_alone=True,
        ),
        finding(
            lambda side: not grew(below, side) and grew(above, side),
            f"Keras verifies it: at {below.config.learning_rate:.3g} the loss falls, at "
            f"{above.config.learning_rate:.3g} it grows from {above.curve('keras', 'loss')[0]:.3g} to "
            f"{above.last('keras', 'loss'):.3g} in {above.config.epochs} steps.",
            f"The loss does not fall at {below.config.learning_rate:.3g} and grow at {above.config.learning_rate:.3g}.",
        ),
    ]
    figure = Figure(
        f"{RATES} rates in one run: accuracy and loss against the rate. Circles are Keras's own runs; the dotted mark "
        "is the rate at which theory expects a linear unit on full batches to diverge.",
        [
            Plot(
                "validation accuracy after training",
                "learning rate",
                "accuracy",
                [
                    _line("sigmoid", curved, curved.accuracy, "blue"),
                    Line("sigmoid, Keras", rates, [accuracy(at, "keras") for at in range(3)], "orange", "points"),
                    _line("linear", mini, mini.accuracy, "green"),
                ],
                levels={f"baseline {baseline:.3f}": baseline},
                marks={"linear diverges": mini.boundary[1]} if mini.boundary else {},
                log_x=True,
            ),
            Plot(
                "validation loss of a linear unit",
                "learning rate",
                "mse",
                [
                    _line(f"batches of {config.batch_size}", mini, mini.loss, "green"),
                    _line("full batches", full, full.loss, "violet"),
                ],
                marks={f"2/λmax = {limit:.3g}": limit},
                log_x=True,
                log_y=True,
            ),
        ],
    )
    pairs = [*sigmoids, below, above]
    return Outcome(
        f"{RATES} rates at once, each from the same weights, on the first {n:,} rows: sigmoid and linear unit, "
        f"{epochs} epochs in batches of {config.batch_size}; the linear one also {full_steps} full-batch steps. Keras "
        f"verifies {len(pairs)} of them. Validation on {len(rows.x_val):,} images.",
        pairs,
        findings,
        figure,
        {
            "theory_2_over_lambda_max": limit,
            "measured_full_batch": measured,
            "measured_mini_batch": mini.boundary,
            "limits_of_the_batches": [float(batch_limits.min()), float(batch_limits.max())],
            "sweeps": {name: _numbers(one) for name, one in {"sigmoid": curved, "linear": mini, "full": full}.items()},
        },
    )


def column_share(pair: Pair, found: Sweep, at: int) -> float:
    """Return how far a column of the sweep is from the same run alone, as a part of what rounding explains."""
    distance = apart([w[..., at : at + 1] for w in found.weights], pair.scratch.weights[-1])
    return distance / (2 * pair.drift()) if distance else 0.0


def _rates(boundary: tuple[float, float] | None) -> str:
    return "nowhere in the range" if boundary is None else f"{boundary[0]:.4g} and {boundary[1]:.4g}"


def _line(label: str, found: Sweep, values: Array, color: Color) -> Line:
    shown = np.isfinite(values) & (values < 1e3)  # a loss beyond that is off every scale
    return Line(label, list(map(float, found.rates[shown])), list(map(float, values[shown])), color)


def _numbers(found: Sweep) -> dict[str, Sequence[float]]:
    return {name: getattr(found, name).tolist() for name in ("rates", "accuracy", "loss", "diverged")}
