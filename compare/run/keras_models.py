"""A model of Keras's as a recipe: its layers in a row, its loss, its optimizer, as a script would tell scratch."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import scratch
from compare.core.recipe import LayerPart, Part, Recipe, Unsupported, known
from keras_ref.library import load_keras
from scratch.arrays import Array

NOT_OF_THE_MATH = {"name", "dtype", "seed", "batch_shape", "build_config", "input_shape", "quantization_config"}
"""What a layer's config says that has no part in what it computes: its weights are handed over as they are."""
FLOATS = ("float32", "float64")


@dataclass(frozen=True)
class Compiled:
    """What ``compile`` was given, and by which line."""

    loss: Any
    optimizer: Any
    metrics: Any
    line: int | None
    others: Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """A recipe, the variables of Keras's that hold its weights, and what of the model it leaves out."""

    recipe: Recipe
    layers: list[Any]
    """Keras's, one for each part of the recipe."""
    variables: list[Any]
    left_out: list[str]

    def weights(self) -> list[Array]:
        """Return Keras's weights as they are."""
        return [np.array(variable.numpy()) for variable in self.variables]

    get_weights = weights


def read_model(model: Any, compiled: Compiled | None, lines: Mapping[int, int], shape: tuple[int, ...]) -> Read:
    """Read a model that takes rows of ``shape``; ``lines`` tells which line made a layer.

    Raises Unsupported for one that is no row of layers, or has something that scratch does not have.
    """
    layers = _in_a_row(model, shape)
    parts, variables = [], []
    for layer in layers:
        arrays = list(layer.weights)
        parts.append(_layer(layer, len(arrays), lines.get(id(layer))))
        variables += arrays
    if not variables:
        raise Unsupported(f"the model {model.name} has no weights")
    dtypes = {str(variable.dtype) for variable in variables}
    policies = {getattr(layer.dtype_policy, "compute_dtype", None) for layer in layers}
    if len(dtypes) > 1 or not dtypes <= set(FLOATS) or not policies <= dtypes:
        raise Unsupported(f"{' and '.join(sorted(dtypes | {str(p) for p in policies}))} numbers; it has {FLOATS}")
    recipe = Recipe(tuple(parts), shape, dtypes.pop())
    left_out: list[str] = []
    if compiled is not None:
        metrics, left_out = _metrics(compiled.metrics)
        optimizer = _optimizer(compiled.optimizer)
        recipe = Recipe(recipe.layers, shape, recipe.dtype, _loss(compiled.loss), optimizer, metrics)
        for name in ("loss_weights",):
            if compiled.others.get(name) is not None:
                raise Unsupported(f"compile({name}=) is not in scratch")
        if compiled.others.get("weighted_metrics"):
            left_out.append("weighted_metrics")
    recipe.supported()
    return Read(recipe, layers, variables, left_out)


def _in_a_row(model: Any, shape: tuple[int, ...]) -> list[Any]:
    """Return the layers from the lowest up, those of models within the model among them."""
    keras = load_keras()
    if isinstance(model, keras.Sequential):
        steps = list(model.layers)
    elif isinstance(model, keras.Model) and hasattr(model, "operations") and hasattr(model, "_nodes_by_depth"):
        steps = _straight(model)
    else:
        steps = _straight(_traced(model, shape))
    row: list[Any] = []
    for step in steps:
        if isinstance(step, keras.layers.InputLayer):
            continue
        row += _in_a_row(step, shape) if isinstance(step, keras.Model) else [step]
    return row


def _straight(model: Any) -> list[Any]:
    """Return the operations of a model built from inputs to outputs, if they follow one another in a straight line."""
    nodes = [node for depth in sorted(model._nodes_by_depth, reverse=True) for node in model._nodes_by_depth[depth]]
    row = []
    for number, node in enumerate(nodes):
        inputs = node.input_tensors
        if len(inputs) > 1 or (number and not inputs):
            raise Unsupported(f"the layers of {model.name} do not follow one another in a straight line")
        if number and inputs[0] is not nodes[number - 1].outputs[0]:
            raise Unsupported(f"the layers of {model.name} do not follow one another in a straight line")
        row.append(node.operation)
    if len(model.inputs) != 1 or len(model.outputs) != 1 or model.outputs[0] is not nodes[-1].outputs[0]:
        raise Unsupported(f"{model.name} does not have one input and one output")
    return row


def _traced(model: Any, shape: tuple[int, ...]) -> Any:
    """Follow a symbolic input through the ``call`` of a class of the script's own."""
    keras = load_keras()
    symbolic = keras.Input(shape)
    try:
        return keras.Model(symbolic, model.call(symbolic), name=model.name)
    except Exception as error:  # whatever a script's own code raises when it is given no numbers
        what = " ".join(str(error).split())[:120]
        raise Unsupported(
            f"the class {type(model).__name__} computes something that cannot be followed: {what}"
        ) from None


def _layer(layer: Any, arrays: int, line: int | None) -> LayerPart:
    kind = type(layer)
    if not kind.__module__.startswith("keras."):
        raise Unsupported(f"the layer {kind.__name__} is a class of the script's own")
    config = layer.get_config() if hasattr(layer, "get_config") else {}
    passed_over = NOT_OF_THE_MATH | {name for name in config if name.endswith("_initializer")}
    if callable(getattr(layer, "activation", None)):
        config = config | {"activation": _function_name(layer.activation, config.get("activation"))}
    arguments = _arguments(kind, config, passed_over | {"trainable"})
    if arrays and not layer.trainable:
        arguments["trainable"] = False
    part = LayerPart("layers", kind.__name__, arguments, arrays, layer.name, line)
    known(part)
    return part


def _function_name(function: Any, written: Any) -> Any:
    """Return the name of an activation; TensorFlow's own, ``tf.nn.relu``, are those of the same name."""
    module, name = str(getattr(function, "__module__", "")), str(getattr(function, "__name__", ""))
    return name.removesuffix("_v2") if module.startswith("tensorflow.") else written


def _arguments(kind: type, config: Mapping[str, Any], passed_over: set[str]) -> dict[str, Any]:
    """Return the arguments of an object's config that differ from what they are when nothing is said."""
    defaults = {name: parameter.default for name, parameter in _parameters(kind).items()}
    arguments = {}
    for name, value in config.items():
        if name in passed_over or value == defaults.get(name, inspect.Parameter.empty):
            continue
        if name not in defaults and value in (None, False):
            continue
        if (name, value) == ("data_format", "channels_last"):  # what it is where nothing is said
            continue
        if value == "linear" and defaults.get(name, 0) is None:
            continue
        arguments[name] = _value(value)
    return arguments


def _parameters(kind: type) -> Mapping[str, inspect.Parameter]:
    """Return the parameters that an object is made with, which Keras's classes hide behind a ``__new__``."""
    return inspect.signature(kind.__init__).parameters  # type: ignore[misc]


def _value(value: Any) -> Any:
    """Turn a serialized object of Keras's into a part, and leave plain values as they are."""
    if isinstance(value, dict) and "class_name" in value:
        module, kind = str(value.get("module") or ""), str(value["class_name"])
        if not module.startswith("keras") or kind == "function":
            name = value["config"] if kind == "function" else kind
            raise Unsupported(f"{name} is of the script's own")
        room = module.split(".")[1] if "." in module else "layers"
        return Part(room, kind, {name: _value(one) for name, one in value["config"].items() if one is not None})
    if isinstance(value, list | tuple):
        return tuple(_value(one) for one in value)
    return value


def _object(room: str, thing: Any, passed_over: set[str]) -> Part:
    kind = type(thing)
    if not kind.__module__.startswith("keras."):
        raise Unsupported(f"{kind.__name__} is a class of the script's own")
    part = Part(room, kind.__name__, _arguments(kind, thing.get_config(), passed_over))
    known(part)
    return part


def _loss(loss: Any) -> str | Part:
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    if isinstance(loss, str):
        return loss
    if callable(loss) and hasattr(loss, "get_config"):
        return _object("losses", loss, {"name"})
    if callable(loss):
        if not str(getattr(loss, "__module__", "")).startswith("keras."):
            name = getattr(loss, "__name__", "it")
            raise Unsupported(f"the loss {name} is a function of the script's own; scratch needs its derivative, too")
        return str(loss.__name__)
    raise Unsupported("a model with several losses" if loss else "a model without a loss")


def _optimizer(optimizer: Any) -> Part:
    """Read an optimizer; its rate is what it is now, and followed from step to step."""
    kind = type(optimizer)
    if not kind.__module__.startswith("keras."):
        raise Unsupported(f"the optimizer {kind.__name__} is a class of the script's own")
    config = {name: value for name, value in optimizer.get_config().items() if name not in ("name", "learning_rate")}
    rate = {"learning_rate": float(np.asarray(optimizer.learning_rate))}
    part = Part("optimizers", kind.__name__, rate | _arguments(kind, config, {"name"}))
    known(part)
    return part


def _metrics(metrics: Any) -> tuple[tuple[str | Part, ...], list[str]]:
    """Return the metrics that scratch has, and the names of those that it lacks: they are left out on its side."""
    there: list[str | Part] = []
    missing: list[str] = []
    for metric in load_keras().tree.flatten(metrics) if metrics is not None else ():
        named: Any = metric if isinstance(metric, str) else getattr(metric, "name", None)
        name = str(named or getattr(metric, "__name__", "?"))
        try:
            if isinstance(metric, str):
                scratch.metrics.get(metric)
                there.append(metric)
            elif hasattr(metric, "get_config"):
                there.append(_object("metrics", metric, {"dtype"}))
            else:
                scratch.metrics.get(name)
                there.append(name)
        except (Unsupported, ValueError, ImportError):
            missing.append(name)
    return tuple(there), missing


def described(layers: Sequence[LayerPart]) -> str:
    """Write a model in one line."""
    return " → ".join(str(layer) for layer in layers)
