"""What backpropagation does: the slope of the loss under one weight, and the steps rolling down."""

from dataclasses import replace

import numpy as np

from compare.core.checks import Batch, after_one_step, bounds_of
from compare.core.config import Config
from compare.core.data import Rows
from compare.core.frameworks import Framework, initial_weights
from compare.lessons.toolkit import Outcome, finding, lesson
from compare.lessons.toolkit.context import Context
from compare.lessons.toolkit.figures import Figure, Line, Plot
from compare.lessons.toolkit.pair import Pair, SideName, both
from scratch.arrays import Array
from scratch.gradcheck import central_difference
from scratch.losses import mean_squared_error

ROWS = 384
BATCH = 16
FULL_BATCH_STEPS = 12
DIFFERENCE_ERROR = 1e-7  # of a central difference, relative: see scratch.gradcheck
START = -1.0


def gradient(framework: Framework, config: Config, batch: Batch) -> Array:
    """Return dW of a batch as a library's own backpropagation finds it."""
    shape = batch.X.shape[1:]
    return after_one_step(framework.build(config, shape, batch.weights, optimizer=framework.recorder()), batch)[0]


def one_pixel(rows: Rows, pixel: int) -> Rows:
    """Keep one pixel of each image, with mean 0 and spread 1: then w and b do not interfere, and both curves are alike.

    mse is mean((w * x + b - y)**2), so its mixed derivative is 2 * mean(x), which is 0.
    """
    x = rows.x_train.reshape(len(rows.x_train), -1)[:, pixel].astype(float)
    x = ((x - x.mean()) / x.std()).astype(np.float32)[:, None]
    return replace(rows, x_train=x, x_val=x[:BATCH], y_val=rows.y_train[:BATCH])


@lesson(
    7,
    "Rolling down the slope",
    "The gradient is the slope of the loss under one weight: does the tangent touch the curve? Then follow the steps: "
    "which way of taking them is smooth, which jitters, and which gets further on the same rows?",
)
def gradient_descent(context: Context) -> Outcome:
    """Find the slope under one weight, then let a perceptron of that one pixel roll down in three ways."""
    config = context.config(train_size=ROWS, epochs=1)
    rows = context.rows(config)
    n = len(rows.x_train)
    batch = Batch(rows.x_train, rows.y_train, initial_weights(config, rows.shape))
    context.tell("the slope under one weight")
    frameworks: dict[SideName, Framework] = {"keras": context.keras, "scratch": context.scratch}
    gradients = {side: gradient(framework, config, batch) for side, framework in frameworks.items()}
    pixel = int(np.argmax(np.abs(gradients["scratch"])))
    dw = {side: float(dW[pixel, 0]) for side, dW in gradients.items()}
    slope, weights, loss = loss_along(context, config, batch, pixel)
    allowed = float(bounds_of(context.scratch, config, batch)["dW"].tolerance[pixel, 0]) + DIFFERENCE_ERROR * abs(slope)
    w_now = float(batch.weights[0][pixel, 0])

    alone = one_pixel(rows, pixel)
    y = alone.y_train.astype(np.float32)
    start = [np.array([[START]], np.float32), np.array([y.mean()], np.float32)]
    linear = context.config(activation="linear", learning_rate=0.1, train_size=n)
    full = context.pair("full batch", replace(linear, batch_size=n, epochs=FULL_BATCH_STEPS), alone, weights=start)
    mini, single = (
        context.pair(label, replace(linear, batch_size=size, epochs=1), alone, weights=start, by_step=True)
        for label, size in {"mini-batches": BATCH, "single rows": 1}.items()
    )
    x = alone.x_train[:, 0]

    def loss_at(weights: list[list[Array]]) -> Array:
        """Return the loss over all rows for each of many weights."""
        a = np.array([W[0, 0] * x + b[0] for W, b in weights])
        return mean_squared_error(np.broadcast_to(y, a.shape), a)

    def losses(pair: Pair, side: SideName) -> Array:
        return loss_at([start, *pair.steps[side]])

    def uphill(pair: Pair, side: SideName) -> float:
        return float((np.diff(losses(pair, side)) > 0).mean())

    def after_one_look(pair: Pair, side: SideName) -> float:
        return float(losses(pair, side)[1 if pair is full else -1])

    def told(pair: Pair) -> str:
        return both(lambda side: after_one_look(pair, side), ".4f")

    row, column = divmod(pixel, rows.shape[1])
    findings = [
        finding(
            lambda side: side not in dw or abs(dw[side] - slope) <= allowed,
            f"Backpropagation is the slope: for the weight of pixel ({row}, {column}) it says {dw['scratch']:.6f} "
            f"(Keras {dw['keras']:.6f}), and the loss curve, measured a little to the left and right, rises by "
            f"{slope:.6f} for each unit of weight.",
            f"Backpropagation says {dw['scratch']:.6f} (Keras {dw['keras']:.6f}), but the curve's measured slope is "
            f"{slope:.6f}.",
        ),
        finding(
            lambda side: uphill(full, side) == 0 and losses(full, side)[-1] < losses(full, side)[0],
            f"Full batch: each of {len(full.steps['scratch'])} steps goes downhill, from a loss of "
            f"{losses(full, 'scratch')[0]:.4f} to {losses(full, 'scratch')[-1]:.4f}.",
            f"Full batch: {uphill(full, 'scratch'):.0%} of the steps go uphill.",
        ),
        finding(
            lambda side: 0 == uphill(full, side) < uphill(mini, side) < uphill(single, side),
            f"The smaller the batch, the more the steps jitter: {uphill(mini, 'scratch'):.0%} of the mini-batches' "
            f"steps and {uphill(single, 'scratch'):.0%} of the single rows' go uphill, for each sees a loss curve of "
            "its own.",
            f"Smaller batches do not jitter more here: uphill go {uphill(full, 'scratch'):.0%} of the full-batch "
            f"steps, {uphill(mini, 'scratch'):.0%} of the mini-batches', {uphill(single, 'scratch'):.0%} of the "
            "single rows'.",
        ),
        finding(
            lambda side: after_one_look(mini, side) < after_one_look(full, side),
            f"But they get further on the same rows: after one look at {n} rows the loss is {told(full)} with one "
            f"full-batch step, {told(mini)} with {len(mini.steps['scratch'])} mini-batches and {told(single)} with "
            f"{len(single.steps['scratch'])} single rows.",
            f"After one look at {n} rows the loss is {told(full)} with one full-batch step, {told(mini)} with "
            f"mini-batches and {told(single)} with single rows.",
        ),
    ]
    across, now = np.linspace(START - 0.3, 1.0, 60), float(np.interp(w_now, weights, loss))
    bowl = Line("loss", across.tolist(), loss_at([[np.array([[w]]), start[1]] for w in across]).tolist(), "gray")
    tangent = [now - dw["scratch"], now + dw["scratch"]]

    def rolling(pair: Pair) -> Plot:
        visited = [float(W[0, 0]) for W, _ in [start, *pair.steps["scratch"]]]
        steps = Line("steps, NumPy", visited, losses(pair, "scratch").tolist(), "orange", "points")
        return Plot(f"{pair.label}: {len(visited) - 1} steps", "weight", "loss", [bowl, steps])

    figure = Figure(
        "The loss along one weight, with the slope that backpropagation finds; then the steps rolling down, on full "
        "batches, mini-batches and single rows. A point above the curve has a bias that is off.",
        [
            Plot(
                f"one weight, pixel ({row}, {column})",
                "weight",
                "loss",
                [
                    Line("loss", weights.tolist(), loss.tolist(), "blue"),
                    Line("slope by backpropagation", [w_now - 1, w_now + 1], tangent, "red"),
                    Line("now", [w_now], [now], "red", "points"),
                ],
            ),
            *(rolling(pair) for pair in (full, mini, single)),
        ],
    )
    return Outcome(
        f"The slope: the whole perceptron on {n} rows. The steps: a linear perceptron that sees this one pixel only, "
        f"rate {linear.learning_rate}, from a weight of {START:g}, on the same {n} rows.",
        [full, mini, single],
        findings,
        figure,
        {
            "pixel": [row, column],
            "slope": {"measured": slope, **dw},
            "uphill": {pair.label: {side: uphill(pair, side) for side in dw} for pair in (full, mini, single)},
        },
    )


def loss_along(context: Context, config: Config, batch: Batch, pixel: int) -> tuple[float, Array, Array]:
    """Return the measured slope of the loss under one weight, and the loss at weights to either side, in float64."""
    W, b = (w.astype(float) for w in batch.weights)
    with context.scratch.dtype("float64"):
        model = context.scratch.build(config.reference(), batch.X.shape[1:], [W, b])

    def loss(w: Array) -> float:
        moved = W.copy()
        moved[pixel] = w
        model.set_weights([moved, b])
        return float(model.evaluate(batch.X, batch.y, batch_size=len(batch.X), verbose=0)[0])

    here = W[pixel]
    slope = float(central_difference(loss, here)[0])
    around = np.linspace(here[0] - 6, here[0] + 6, 61)
    return slope, around, np.array([loss(w) for w in around])
