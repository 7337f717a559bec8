"""The ladder's first part for a model of several layers: from the initial weights to those after one step.

On the way up, z and a of every layer from the first; then the loss; on the way back, dz, dW and db of every layer from
the last. Every quantity is computed by both libraries through their public interface alone: z by a model that ends in
that layer without its activation, and dz by one whose inputs are the rows of an identity matrix and whose lowest
weights are z, so that its dW is dz. Where each may lie is worked out by scratch's own code on intervals.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from compare.core.checks import LAYER, PROBE_BIAS, Batch, Check, after_one_step, compared, names_of
from compare.core.frameworks import Framework
from compare.core.intervals import Interval
from compare.core.recipe import LayerPart, Recipe
from scratch.arrays import Array

Found = dict[str, Array]
Bounds = dict[str, Interval]


def check_layers(keras: Framework, scratch: Framework, recipe: Recipe, batch: Batch) -> list[Check]:
    """Check a compiled recipe on one batch, layer by layer, and then its optimizer's first step."""
    with keras.dtype(recipe.dtype), scratch.dtype(recipe.dtype):
        return list(_checks(keras, scratch, recipe, batch))


def _checks(keras: Framework, scratch: Framework, recipe: Recipe, batch: Batch) -> Iterator[Check]:
    names = names_of(batch.weights)
    models = [recipe.build(framework, batch.weights) for framework in (keras, scratch)]
    for name, theirs, ours in zip(names, *(model.get_weights() for model in models), strict=True):
        yield compared("initial weights", name, theirs, ours, 0.0)

    probe = Batch(batch.X, batch.y, [_moved(w) for w in batch.weights])
    found = measured(scratch, recipe, probe)
    sums = {name: value for name, value in found.items() if name.startswith("z")}
    expected, bounds = measured(keras, recipe, probe, sums), bounds_of(scratch, recipe, probe, sums)
    exact = _by_the_reference(scratch, recipe, probe, sums)
    for name, rung in rungs(recipe, names).items():
        if name not in found:  # dz of inputs with more than two axes, which no row of an identity matrix can be
            continue
        yield compared(rung, name, expected[name], found[name], bounds[name].tolerance, exact.get(name))

    bounds = bounds_of(scratch, recipe, batch, {})
    stepped = [after_one_step(model, batch) for model in models]
    for name, theirs, ours in zip(names, *stepped, strict=True):
        yield compared("weights after one step", name, theirs, ours, bounds[name].tolerance)


def _moved(w: Array) -> Array:
    return w + w.dtype.type(PROBE_BIAS) if w.ndim == 1 else w


def numbers(recipe: Recipe) -> dict[int, str]:
    """Return what is added to a symbol for each layer with weights: its number, where there are several."""
    places = recipe.weighing
    return {place: str(number) if len(places) > 1 else "" for number, place in enumerate(places, 1)}


def given_by(part: LayerPart) -> str:
    """Name what a layer without weights gives."""
    return f"out of {part.name or part.kind}"


def on_the_way_up(recipe: Recipe) -> Iterator[tuple[str, int, str]]:
    """Yield the quantities of every layer from the first: name, place, and the symbol that it has on the layer.

    Of a layer with weights, z and a; of another, what it gives.
    """
    weighing = numbers(recipe)
    for place, part in enumerate(recipe.layers):
        if part.arrays:
            yield f"z{weighing[place]}", place, "z"
            yield f"a{weighing[place]}", place, "a"
        else:
            yield given_by(part), place, "a"


def rungs(recipe: Recipe, names: Sequence[str]) -> dict[str, str]:
    """Return every quantity of a batch in the order of the ladder, with the rung on which it stands."""
    weighing, found = numbers(recipe), {}
    several = len(weighing) > 1
    for name, place, symbol in on_the_way_up(recipe):
        below = [number for other, number in weighing.items() if other <= place]
        found[name] = "inputs" if not below else f"{LAYER}{below[-1]}" if several else symbol
    found["loss"] = "loss"
    for place, number in reversed(weighing.items()):
        weights = [f"d{name}" for name in names if name[1:] == number] if place in recipe.training else []
        for name in ([f"dz{number}"] if passes(recipe, place) else []) + weights:
            single = "dz" if name == "dz" else "dW, db"
            found[name] = f"{LAYER}{number}, backward" if several else single
    return found


def passes(recipe: Recipe, place: int) -> bool:
    """Tell whether the derivative comes down to a layer: there is one that trains here or below."""
    return bool(recipe.training) and place >= recipe.training[0]


def gradients_of(recipe: Recipe, weights: Sequence[Array]) -> list[str | None]:
    """Name the gradient of each array of weights; None for one that does not train."""
    trains = [place in recipe.training for place in recipe.weighing for _ in range(recipe.layers[place].arrays)]
    return [f"d{name}" if moves else None for name, moves in zip(names_of(weights), trains, strict=True)]


def measured(framework: Framework, recipe: Recipe, batch: Batch, sums: Found | None = None) -> Found:
    """Compute every quantity of a batch; dz is that of the weighted sums as given, or else as found."""
    n, found = len(batch.X), {}
    for name, place, symbol in on_the_way_up(recipe):
        part, weights = recipe.up_to(place, linear=symbol == "z"), batch.weights[: recipe.arrays_below(place + 1)]
        found[name] = np.asarray(part.build(framework, weights).predict(batch.X, batch_size=n, verbose=0))
    model = recipe.build(framework, batch.weights, framework.recorder())
    result = model.evaluate(batch.X, batch.y, batch_size=n, verbose=0, return_dict=True)
    found["loss"] = np.asarray(result["loss"])
    for place, number in numbers(recipe).items():
        z = (sums or found)[f"z{number}"]
        if z.ndim != 2 or not passes(recipe, place):
            continue
        own = [z, np.zeros(z.shape[-1], z.dtype)][: recipe.layers[place].arrays]
        weights = own + list(batch.weights[recipe.arrays_below(place + 1) :])
        above = recipe.from_weighted_sums(place, n).build(framework, weights, framework.recorder())
        found[f"dz{number}"] = after_one_step(above, Batch(np.eye(n, dtype=recipe.dtype), batch.y, weights))[0]
    named = zip(gradients_of(recipe, batch.weights), after_one_step(model, batch), strict=True)
    return found | {name: dw for name, dw in named if name}


def bounds_of(scratch: Framework, recipe: Recipe, batch: Batch, sums: Found) -> Bounds:
    """Return where every quantity of the batch, and the weights after a step, may lie in a program written right."""
    model, y = on_intervals(scratch, recipe, batch.weights), targets(recipe, batch.y, batch.weights)
    n, layers, weighing = len(batch.X), model.layers, numbers(recipe)
    a = model(Interval.exact(batch.X.astype(recipe.dtype)))
    cost = sum(price for layer in layers for price in layer.losses)
    found = {name: getattr(layers[place], symbol) for name, place, symbol in on_the_way_up(recipe)}
    # Keras reports a loss through a running mean
    found["loss"] = (model.compute_loss(y, layers[-1].z, a).mean() + cost) * n / n
    gradients = model.backward(y)
    found |= dict(zip([name for name in gradients_of(recipe, batch.weights) if name], gradients, strict=True))
    model.optimizer.apply(gradients, model.trainable_weights)
    found |= dict(zip(names_of(batch.weights), model.weights, strict=True))
    model = on_intervals(scratch, recipe, batch.weights)
    model(Interval.exact(batch.X.astype(recipe.dtype)))
    for place, number in weighing.items():
        if f"z{number}" in sums and passes(recipe, place):
            found[f"dz{number}"] = _from_given_sums(model, place, sums[f"z{number}"], y)
    return found


def _from_given_sums(model: Any, place: int, z: Array, y: Array) -> Interval:
    """Return where dz may lie that belongs to these weighted sums."""
    layer = model.layers[place]
    layer.z = Interval.exact(z)
    a = layer.a = layer.activation(layer.z)
    for above in model.layers[place + 1 :]:
        a = above.forward(a)
    model.backward(y)
    dz: Interval = layer.dz * 1.0  # it is read through a product with the identity matrix
    return dz


def on_intervals(scratch: Framework, recipe: Recipe, weights: Sequence[Array]) -> Any:
    """Return scratch's own model with the weights as intervals."""
    model, given = recipe.build(scratch, weights), iter(weights)
    for layer, part in zip(model.layers, recipe.layers, strict=True):
        for name in "Wb"[: part.arrays]:
            setattr(layer, name, Interval.exact(next(given)))
    model.build((None, *recipe.shape))  # so that the optimizer moves these
    return model


def targets(recipe: Recipe, y: Array, weights: Sequence[Array]) -> Array:
    """Return targets as ``fit`` hands them to a step: (N,) lined up with (N, 1), and class numbers as they are."""
    units = weights[recipe.arrays_below(recipe.weighing[-1])].shape[-1]
    lined_up = y[:, None] if y.ndim == 1 and units == 1 else y
    return lined_up.astype(recipe.dtype)


def _by_the_reference(scratch: Framework, recipe: Recipe, batch: Batch, sums: Found) -> Found:
    """Compute the same quantities in float64, from the same float32 numbers; a float64 model has no reference."""
    if recipe.dtype == "float64":
        return {}
    wide = Batch(batch.X, batch.y, [w.astype(float) for w in batch.weights])
    with scratch.dtype("float64"):
        return measured(scratch, in_float64(recipe), wide, {name: z.astype(float) for name, z in sums.items()})


def in_float64(recipe: Recipe) -> Recipe:
    """Return the same recipe in float64, with the learning rate that float32 makes of it."""
    optimizer = recipe.optimizer
    if optimizer and "learning_rate" in optimizer.arguments:
        rate = {"learning_rate": float(np.float32(optimizer.arguments["learning_rate"]))}
        optimizer = type(optimizer)(optimizer.room, optimizer.kind, {**optimizer.arguments, **rate})
    return Recipe(recipe.layers, recipe.shape, "float64", recipe.loss, optimizer, recipe.metrics)
