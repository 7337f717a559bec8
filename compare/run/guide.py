"""The guide to a script's own lines: each Keras call, what it says, formula, NumPy source, and a value of both sides.

Formulas and sources are read from scratch; the values are those of the ladder, of the layer, loss or step that the
line is about. A line that scratch does not have is a row, too: it says what it would need.
"""

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import scratch
from compare.common.docstrings import Stated, stated
from compare.core.checks import Check
from compare.core.layered import given_by, numbers
from compare.core.recipe import Part, Recipe, Unsupported, known, made
from compare.report.guide import Entry, Row
from compare.report.keras_lines import KerasLine
from compare.run.findings import Call
from compare.run.keras_calls import KerasCall, keras_calls
from compare.run.outcome import Outcome
from scratch import activations, data, initializers, losses, metrics, models, optimizers, utils
from scratch.names import snake_case
from scratch.regularizers import L1L2

WITHOUT_MATH = {
    ".summary": "Print the layers, what comes out of each, and how many weights it has. Nothing is computed.",
    ".save": "Write the model to a file; Keras does it, as the script says.",
    ".save_weights": "Write the weights to a file; Keras does it, as the script says.",
    ".load_weights": "Take weights from a file. Both sides go on from them.",
    ".get_weights": "Return copies of all weights.",
    ".set_weights": "Take over other weights. Both sides go on from them.",
    "Sequential": "A model is a row of layers; what comes out of one goes into the next.",
    "models.Sequential": "A model is a row of layers; what comes out of one goes into the next.",
    "Model": "A model from its input to its output, here a straight line of layers.",
    "models.Model": "A model from its input to its output, here a straight line of layers.",
    "utils.set_random_seed": "Make every random number from here on repeatable. Both sides are given the same weights.",
    "models.load_model": "Read a model from a file; Keras does it, and both sides go on from its weights.",
    "backend.clear_session": "Forget the models made so far; only names and memory depend on it.",
}
TITLES = {
    "Sequential": "Start a model",
    "Model": "Make a model of what is between its ends",
    "summary": "Look at it",
    "save": "Save it",
    "save_weights": "Save the weights",
    "load_weights": "Load the weights",
    "get_weights": "Read the weights",
    "set_weights": "Set the weights",
    "set_random_seed": "Make it repeatable",
    "load_model": "Load a model",
    "clear_session": "Start afresh",
}
HOOKS = ("on_epoch_end", "on_epoch_begin", "on_train_batch_end")
CALLBACKS = (
    "Is told what happens during the training, and may stop it or change the learning rate. Keras runs it once, and "
    "scratch follows: as many epochs, at the same rates."
)


class Values:
    """Every check of an outcome, found by the call and the quantity."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def of(self, calls: Sequence[Call], quantity: str, *rungs: str) -> Check | None:
        """Return the first check of this quantity, on a rung that begins as one of ``rungs`` where some are named."""
        for call in calls:
            for check in call.checks:
                if check.quantity == quantity and (not rungs or check.rung.startswith(rungs)) and check.ok is not None:
                    return check
        return None


def entries_of(outcome: Outcome) -> list[Entry]:
    """Return the rows for a script that was run, in the order of its lines."""
    guide = _Guide(outcome)
    return [entry for call in keras_calls(outcome.source) for entry in guide.rows(call)]


class _Guide:
    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.values = outcome, Values(outcome)
        self.with_recipe = [call for call in outcome.calls if call.recipe is not None]
        self.seen: dict[tuple[int, str], int] = {}

    def rows(self, call: KerasCall) -> Iterator[Entry]:
        room, _, kind = call.word.rpartition(".")
        if room == "layers" or call.word == "Input":
            yield from self._layer(call, kind)
        elif call.word in (".compile", ".fit", ".evaluate", ".predict"):
            yield from getattr(self, f"_{kind}")(call)
        elif kind == "load_data":
            yield from self._load_data(call)
        elif call.word == "utils.to_categorical":
            value = next((one.value for one in self.outcome.called if call.line <= one.line <= call.end), None)
            says = "Turn each class number into a row with a 1 at the class and 0 elsewhere: one output for each class."
            yield self._entry(call, "Make rows of the class numbers", says, [stated(utils.to_categorical)], value)
        elif call.word == ".add":
            return
        elif room == "callbacks":
            yield self._entry(call, f"Look on: {kind}", CALLBACKS, _at_work(scratch.callbacks, kind, HOOKS))
        elif room == "optimizers.schedules" and kind in optimizers.schedules.__all__:
            says = "The learning rate changes from step to step. scratch trains at the rates that Keras has."
            yield self._entry(
                call, f"Change the rate: {kind}", says, _at_work(optimizers.schedules, kind, ("__call__",))
            )
        elif call.word in WITHOUT_MATH:
            yield self._entry(call, TITLES.get(kind, kind), WITHOUT_MATH[call.word])
        elif room in ("optimizers", "losses", "metrics", "initializers", "regularizers", "activations"):
            missing = self._missing(room, kind)
            if missing:
                yield self._entry(call, f"{kind} is not in scratch", missing)
            elif room == "regularizers":
                says = "What large weights cost is added to the loss, and its derivative to the gradient."
                yield self._entry(call, f"Charge for weights: {kind}", says, [stated(L1L2.__call__, L1L2)])
            elif room == "initializers":
                says = "So the weights are drawn. Both sides are given the same ones, those that Keras drew."
                math = _at_work(initializers, kind, ("drawn",))
                yield self._entry(call, f"Draw the weights: {kind}", says, math)
        elif call.word.startswith(".") and not any(
            call.line <= (one.line or 0) <= call.end for one in self.outcome.calls
        ):
            return
        else:
            yield self._entry(call, kind, f"scratch has no {call.word}: Keras does it, and nothing is compared here.")

    def _entry(
        self, call: KerasCall, title: str, says: str, math: Sequence[Stated] = (), value: Check | None = None,
        part: str | None = None, silent: bool = False,
    ) -> Entry:  # fmt: skip
        place = self.outcome.source.place(call.line)
        words = () if silent else (call.word,)
        row = Row(title, words, call.word, says, lambda config: math, "")
        return Entry(row, KerasLine(place, call.code, words), *call.cut(part), math, value)

    @staticmethod
    def _missing(room: str, kind: str) -> str | None:
        """Say what a class would need to be compared; None where scratch has it."""
        try:
            known(Part(room, kind))
        except Unsupported:
            return (
                f"scratch has no {room}.{kind}. To compare it, it would need {NEEDED.get(room, 'its formula')}, and a "
                "test of each against Keras. What depends on it is not compared."
            )
        return None

    # layers

    def _layer(self, call: KerasCall, kind: str) -> Iterator[Entry]:
        if kind in ("Input", "InputLayer"):
            recipe = self.with_recipe[0].recipe if self.with_recipe else None
            shape = f": {recipe.shape}" if recipe else ""
            says = (
                f"With the shape of a row known{shape}, the weights can be made: drawn at random within a limit, and "
                "each bias at 0. Both sides start from the same ones."
            )
            value = self._first(recipe)
            yield self._entry(
                call,
                "Tell it the size of a row",
                says,
                [stated(initializers.VarianceScaling.drawn, initializers.GlorotUniform)],
                value,
            )
            return
        missing = self._missing("layers", kind)
        if missing:
            yield self._entry(call, f"{kind} is not in scratch", missing)
            return
        found = self._part(call, kind)
        layer = getattr(scratch.layers, kind)
        if found is None:
            why = next((one.reason for one in self.outcome.not_compared), None) or "no call of its model was compared"
            yield self._entry(call, kind, f"This layer was not compared: {why}.", [stated(layer.forward)])
            return
        owner, place = found
        assert owner.recipe
        number = numbers(owner.recipe).get(place)
        title, says = LAYERS.get(kind, (kind, f"What goes in comes out through {kind}."))
        calls = [one for one in self.with_recipe if one.recipe and one.recipe.layers == owner.recipe.layers]
        if number is None:
            value = self.values.of(calls, given_by(owner.recipe.layers[place]))
            yield self._entry(call, title, says, [_in_place(owner.recipe, place, stated(layer.forward))], value)
            return
        which = f", layer {number}" if number else ""
        forward = [_in_place(owner.recipe, place, stated(layer.forward))]
        yield self._entry(call, f"{title}{which}", says, forward, self.values.of(calls, f"z{number}"))
        part = owner.recipe.layers[place]
        if part.activation != "linear":
            says = ACTIVATIONS.get(
                part.activation, "What the activation makes of the weighted sum is the layer's output."
            )
            text = call.argument("activation", 1)
            value = self.values.of(calls, f"a{number}")
            title = f"Activate{which}: {part.activation}"
            math = [_in_place(owner.recipe, place, stated(activations.get(part.activation)))]
            yield self._entry(call, title, says, math, value, text)

    def _part(self, call: KerasCall, kind: str) -> tuple[Call, int] | None:
        """Return the layer that this call made; of several on one line, one after the other."""
        key = call.line, kind
        turn = self.seen.get(key, 0)
        self.seen[key] = turn + 1
        for owner in self.with_recipe:
            assert owner.recipe
            places = [
                place
                for place, part in enumerate(owner.recipe.layers)
                if part.kind == kind and part.line is not None and call.line <= part.line <= call.end
            ]
            if places:
                return owner, places[min(turn, len(places) - 1)]
        return None

    def _first(self, recipe: Recipe | None) -> Check | None:
        name = "W1" if recipe and len(recipe.weighing) > 1 else "W"
        return self.values.of(self.with_recipe, name, "initial weights")

    # compile and fit

    def _compile(self, call: KerasCall) -> Iterator[Entry]:
        fits = [one for one in self.with_recipe if one.method == "fit" and one.recipe and one.recipe.loss]
        fits += [one for one in self.with_recipe if one.recipe and one.recipe.loss and one not in fits]
        fits = [one for one in fits if (one.line or 0) > call.line] or fits
        if not fits:
            reasons = [one.reason for one in self.outcome.not_compared if one.reason]
            why = reasons[0] if reasons else "no call of its model was compared"
            yield self._entry(call, "Say how to train", f"This was not compared: {why}.")
            return
        recipe = fits[0].recipe
        assert recipe
        same = [one for one in fits if one.recipe == recipe]
        loss = _loss_of(recipe)
        value = self.values.of(same, "loss", "loss") or self.values.of(same, "loss", "evaluate")
        says = "The loss is one number for how wrong a batch's answers are. Training makes it small."
        yield self._entry(
            call, "Say what a mistake costs", says, [stated(loss.function)], value, call.argument("loss", 1)
        )
        if recipe.optimizer:
            value = self.values.of(same, _first_weights(recipe), "weights after one step")
            says = "Every weight takes a step that makes the loss smaller. The value is a weight after one step."
            text = call.argument("optimizer", 0)
            yield self._entry(call, "Choose how the weights move", says, _rule(recipe.optimizer), value, text)
        if recipe.metrics:
            names = [_reported_as(metric) for metric in recipe.metrics]
            value = self.values.of(same, names[0], "history", "evaluate")
            says = "This is for people to read; the training itself does not use it."
            math = [one for one in (_metric(metric, recipe) for metric in recipe.metrics) if one]
            yield self._entry(call, "Choose what to report", says, math, value, call.argument("metrics", 3))

    def _fit(self, call: KerasCall) -> Iterator[Entry]:
        mine = [one for one in self.outcome.calls if one.method == "fit" and call.line <= (one.line or 0) <= call.end]
        if not mine:
            return
        compared = [one for one in mine if one.compared and one.recipe]
        if not compared:
            yield self._entry(call, "Train", f"This was not compared: {mine[0].reason}.")
            return
        first = next((one for one in compared if any(check.rung == "loss" for check in one.checks)), compared[0])
        recipe = first.recipe
        assert recipe
        name = _first_weights(recipe)
        value = self.values.of(compared, name, "weights after 1 epoch")
        says = (
            "The loop that does it all, batch by batch: forward through every layer, how wrong, backward through every "
            "layer, and a step of every weight; w stands for any of them."
        )
        yield self._entry(call, "Train", says, [_one_step(recipe)], value)
        batch = call.argument("batch_size", 2)
        says = (
            f"The weights move after each batch, here of {first.batch_size} rows. The rows are shuffled before every "
            "epoch unless told not to; the last batch has the rows that are left."
        )
        steps = self.values.of(compared, "number of steps")
        yield self._entry(call, "Take a batch at a time", says, [stated(data.batches)], steps, batch, batch is None)
        yield from self._way_back(call, recipe, compared)
        value = self.values.of(compared, "loss", "history")
        says = (
            "Once through all rows is an epoch. The loss reported for it is a mean over batches that each met other "
            "weights, so it is not the loss at the epoch's end."
        )
        mean = [stated(metrics.RunningMean.result, metrics.RunningMean)]
        yield self._entry(call, "Go through the data again and again", says, mean, value, call.argument("epochs", 3))
        held_out = call.argument("validation_data") or call.argument("validation_split")
        value = self.values.of(compared, "val_loss", "history")
        if held_out and value:
            says = "After each epoch the same loss is taken on rows held back, and no weight moves."
            tested = replace(stated(models.Sequential.test_step), formula=stated(_loss_of(recipe).function).formula)
            yield self._entry(call, "Test on rows it never learned from", says, [tested], value, held_out)

    def _way_back(self, call: KerasCall, recipe: Recipe, compared: Sequence[Call]) -> Iterator[Entry]:
        """Return two rows for each layer with weights, from the last: how dz comes about, and what is made of it."""
        weighing = numbers(recipe)
        for place in reversed(weighing):
            number = weighing[place]
            which = f", layer {number}" if number else ""
            last = place == max(weighing)
            dz = self.values.of(compared, f"dz{number}")
            if last:
                says = (
                    "Not a word of this is in the Keras lines. How would the loss change if z were a little larger? "
                    "The chain rule answers it, going back through the loss and the activation."
                )
            else:
                says = (
                    "What the layer above passes down says how the loss changes with this layer's output; the slope of "
                    "the activation makes dz of it."
                )
            title = f"Backpropagation{which}: to the weighted sum"
            math = [_in_place(recipe, place, one) for one in _to_the_sum(recipe, place, last)]
            yield self._entry(call, title, says, math, dz, None, silent=True)
            says = (
                "A weight had a part in the mistake as large as the number that it was multiplied by. Added up over "
                "the batch, that is the gradient which the optimizer steps against."
            )
            dw = self.values.of(compared, f"dW{number}")
            layer = getattr(scratch.layers, recipe.layers[place].kind)
            title = f"Backpropagation{which}: to the weights"
            math = [_in_place(recipe, place, stated(layer.backward))]
            yield self._entry(call, title, says, math, dw, None, silent=True)

    def _evaluate(self, call: KerasCall) -> Iterator[Entry]:
        yield from self._answered(
            call, "evaluate", "Test it", "Loss and metrics of the weights as they are; no weight moves.",
            [stated(models.Sequential.test_step)], "loss",
        )  # fmt: skip

    def _predict(self, call: KerasCall) -> Iterator[Entry]:
        yield from self._answered(
            call, "predict", "Let it answer", "Every row goes up through the layers; what comes out is the answer.",
            [stated(models.Sequential.__call__)], "predict",
        )  # fmt: skip

    def _answered(
        self, call: KerasCall, method: str, title: str, says: str, math: Sequence[Stated], quantity: str
    ) -> Iterator[Entry]:
        mine = [one for one in self.outcome.calls if one.method == method and call.line <= (one.line or 0) <= call.end]
        if not mine:
            return
        value = self.values.of(mine, quantity, "evaluate", "outputs")
        reason = next((one.reason for one in mine if one.reason), None)
        told = says if value or not reason else f"{says} This was not compared: {reason}."
        yield self._entry(call, title, told, math, value)

    def _load_data(self, call: KerasCall) -> Iterator[Entry]:
        loaded = next((one for one in self.outcome.loaded if call.line <= (one.line or 0) <= call.end), None)
        if loaded is None:
            yield self._entry(call, "Load the data", "Get rows with their answers; Keras does it.")
            return
        says = (
            f"Get images with their labels, {loaded.train:,} to learn from and {loaded.test:,} held back. Both sides "
            "are given the same ones; nothing is computed yet."
        )
        function = getattr(scratch.datasets, "fashion_mnist" if "fashion" in call.word else "mnist").load_data
        yield self._entry(call, "Load the images", says, [stated(function)], loaded.value)


NEEDED = {
    "layers": "its forward formula and its gradient",
    "losses": "its formula and its gradient",
    "optimizers": "its rule",
    "metrics": "its formula",
}
LAYERS = {
    "Dense": (
        "Weigh the inputs",
        "Every unit multiplies each of its inputs by a weight, adds everything up, and adds its bias.",
    ),
    "Flatten": ("Lay the pixels in a row", "The image becomes one long row; the layer has no weights."),
    "Dropout": (
        "Leave some out",
        "While it trains, some inputs are left out at random and the others made larger; an answer uses them all.",
    ),
}
ACTIVATIONS = {
    "relu": "What is positive stays, the rest becomes 0: without a bend, layers on layers would be one layer.",
    "sigmoid": "The sum becomes a number between 0 and 1. Above one half is read as yes.",
    "softmax": "The sums become shares that add up to 1, one for each class; the largest is the answer.",
    "tanh": "The sum becomes a number between −1 and 1.",
}


def _at_work(room: Any, kind: str, methods: Sequence[str]) -> list[Stated]:
    """Return what a class does, by the first of these methods that it has; nothing for what is no such class."""
    found = getattr(room, kind) if kind in room.__all__ else None
    if not isinstance(found, type):
        return []
    method = next((method for method in methods if hasattr(found, method)), None)
    return [stated(getattr(found, method), found)] if method else []


def _loss_of(recipe: Recipe) -> losses.LossFunction:
    """Return function and gradient of the loss, in the form that follows the last layer's activation."""
    loss, last = recipe.loss, recipe.layers[-1].made(scratch)
    plain = Part(loss.room, loss.kind, {**loss.arguments, "label_smoothing": 0.0}) if _smooths(loss) else loss
    return losses.function_of(losses.get(made(scratch, plain)))[0].after(last.activation)


def _smooths(loss: str | Part | None) -> TypeGuard[Part]:
    """Tell whether the targets are moved before the formula, which then holds for the moved ones."""
    return isinstance(loss, Part) and bool(loss.arguments.get("label_smoothing"))


def _first_weights(recipe: Recipe) -> str:
    return "W1" if len(recipe.weighing) > 1 else "W"


def _rule(optimizer: Part) -> list[Stated]:
    kind, given = getattr(scratch.optimizers, optimizer.kind), optimizer.arguments
    which = 0 if not given.get("momentum") else 2 if given.get("nesterov") else 1
    return [stated(kind.update, kind, which if optimizer.kind == "SGD" else 0)]


def _reported_as(metric: str | Part) -> str:
    """Return the name under which a metric is reported."""
    return metric if isinstance(metric, str) else str(metric.arguments.get("name") or snake_case(metric.kind))


def _metric(metric: str | Part, recipe: Recipe) -> Stated | None:
    name = metric if isinstance(metric, str) else snake_case(metric.kind)
    if name in ("accuracy", "acc"):
        units = recipe.layers[recipe.weighing[-1]].arguments["units"]
        loss = recipe.loss.kind if isinstance(recipe.loss, Part) else recipe.loss or ""
        sparse = "sparse" in loss.lower()
        name = "binary_accuracy" if units == 1 else "sparse_categorical_accuracy" if sparse else "categorical_accuracy"
    functions = [getattr(room, name) for room in (metrics, losses) if name in room.__all__]
    return next((stated(function) for function in functions if inspect.isfunction(function)), None)


def _activation(recipe: Recipe, place: int) -> Callable[..., Any]:
    """Return what is applied to the weighted sums of a layer, by itself or by a layer above that does only that."""
    above = [other for other in recipe.weighing if other > place]
    for part in recipe.layers[place : above[0] if above else None]:
        function: Callable[..., Any] = part.made(scratch).activation
        if function is not activations.linear:
            return getattr(function, "func", function)
    return activations.linear


def _to_the_sum(recipe: Recipe, place: int, last: bool) -> list[Stated]:
    gradient = stated(activations.pair_of(_activation(recipe, place)).gradient)
    if not last:
        return [gradient]
    loss = _loss_of(recipe)
    return [stated(loss.gradient)] if loss.from_logits else [stated(loss.gradient), gradient]


def _one_step(recipe: Recipe) -> Stated:
    """Return the loop; its formula is all that happens to one batch, layer by layer, in the order of things."""
    weighing = numbers(recipe)
    places, last = list(weighing), max(weighing)
    lines: list[str] = []
    for place in places:
        lines += _of_layer(recipe, place, stated(getattr(scratch.layers, recipe.layers[place].kind).forward))
    loss = _loss_of(recipe)
    lines += _of_layer(recipe, last, stated(loss.function))
    for place in reversed(places):
        for step in _to_the_sum(recipe, place, place == last):
            lines += _of_layer(recipe, place, step)
        backward = stated(getattr(scratch.layers, recipe.layers[place].kind).backward)
        lines += _of_layer(recipe, place, backward)
        if place != places[0]:
            below, number = weighing[places[places.index(place) - 1]], weighing[place]
            lines.append(f"da{below} = dz{number} @ W{number}.T")
    lines += _rule(recipe.optimizer)[0].formula.splitlines() if recipe.optimizer else []
    return replace(stated(models.Sequential.fit), formula="\n".join(lines))


def _in_place(recipe: Recipe, place: int, one: Stated) -> Stated:
    """Return a function with its formula as it is for the layer at this place."""
    return replace(one, formula="\n".join(_of_layer(recipe, place, one)))


def _of_layer(recipe: Recipe, place: int, one: Stated) -> list[str]:
    """Write a formula with the layer's number on its symbols, and for X what the layer below gives."""
    number = numbers(recipe).get(place, "")
    below = f"a{int(number) - 1}" if number and number != "1" else "X"
    names = {symbol: f"{symbol}{number}" for symbol in ("W", "b", "z", "a", "dz", "dW", "db", "da")}
    renamed = _Renamed(names | {"X": below, "activation": _activation(recipe, place).__name__})
    return [ast.unparse(renamed.visit(ast.parse(line))) for line in one.formula.splitlines()]


class _Renamed(ast.NodeTransformer):
    """Puts other names in the place of some."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)
