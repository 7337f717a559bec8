"""Models in files that Keras opens, and Keras's own opened here (``keras.saving``).

A ``.keras`` file is a zip archive: ``config.json`` says how the model is made, ``model.weights.h5`` what it learned.
That is HDF5, which h5py writes; it is imported when a file is.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scratch import layers, losses, metrics
from scratch.config import floatx
from scratch.layers import Layer
from scratch.names import snake_case
from scratch.serialization import serialized

if TYPE_CHECKING:
    from scratch.models import Model

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"


def save_model(model: "Model", filepath: Any, overwrite: bool = True) -> None:
    """Write a model to a ``.keras`` file. Keras: ``model.save("five.keras")``.

    Raises ValueError for a name of another kind of file or a model without weights, FileExistsError where
    ``overwrite=False`` and the file is there, ImportError without h5py.
    """
    path = _path(filepath, ".keras", overwrite)
    weights = io.BytesIO()
    _write(model, weights)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(METADATA, json.dumps({"keras_version": KERAS_VERSION, "date_saved": None}))
        archive.writestr(CONFIG, json.dumps(_written(model)))
        archive.writestr(WEIGHTS, weights.getvalue())


KERAS_VERSION = "3.15.1"
"""The version of Keras whose files these are."""


def load_model(filepath: Any, compile: bool = True) -> "Model":
    """Make the model of a ``.keras`` file, Keras's or scratch's. Keras: ``keras.models.load_model("five.keras")``.

    Raises ValueError for another kind of file, or a model of parts that scratch does not have; ImportError without
    h5py.
    """
    path = _path(filepath, ".keras", overwrite=True)
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is no file of Keras's: what model.save(...) writes as .keras can be opened")
    with zipfile.ZipFile(path) as archive:
        written = json.loads(archive.read(CONFIG))
        weights = io.BytesIO(archive.read(WEIGHTS))
    model = _made(written)
    if compile and written.get("compile_config"):
        _compile(model, written["compile_config"])
    _read(model, weights)
    return model


def save_weights(model: "Model", filepath: Any, overwrite: bool = True) -> None:
    """Write a model's weights to a ``.weights.h5`` file. Keras: ``model.save_weights("five.weights.h5")``.

    Raises as ``save_model`` does.
    """
    _write(model, _path(filepath, ".weights.h5", overwrite))


def load_weights(model: "Model", filepath: Any) -> None:
    """Take over the weights of a ``.weights.h5`` file, or of the model in a ``.keras`` file.

    Raises ValueError where they do not fit, or for another kind of file; ImportError without h5py.
    """
    if str(filepath).endswith(".keras"):
        with zipfile.ZipFile(filepath) as archive:
            _read(model, io.BytesIO(archive.read(WEIGHTS)))
    else:
        _read(model, _path(filepath, ".weights.h5", overwrite=True))


def _path(filepath: Any, ending: str, overwrite: bool) -> Path:
    path = Path(filepath)
    if not path.name.endswith(ending):
        raise ValueError(
            f"The filename must end in `{ending}`, and {path} does not: the older formats are Keras's alone"
        )
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already: name another file, or overwrite=True")
    return path


def _h5py() -> Any:
    try:
        import h5py
    except ImportError:
        raise ImportError("to save and load models, install h5py: pip install h5py") from None
    return h5py


def _groups(steps: list[Layer]) -> Iterator[tuple[str, Layer]]:
    """Name each layer's place in the file: by its class, numbered from the lowest up, whatever its own name is."""
    seen: dict[str, int] = {}
    for layer in steps:
        kind = snake_case(type(layer).__name__)
        number = seen.get(kind, 0)
        seen[kind] = number + 1
        yield f"layers/{kind}_{number}" if number else f"layers/{kind}", layer


def _write(model: "Model", file: Any) -> None:
    if not model.built:
        raise ValueError(f"{model.name} has no weights to save yet: give it an Input or some data")
    with _h5py().File(file, "w") as h5:
        h5.create_group("vars")
        for place, layer in _groups(model.layers):
            group = h5.create_group(f"{place}/vars")
            group.attrs["name"] = layer.name
            for i, w in enumerate(layer.weights):
                group[str(i)] = w
        if model.compiled:
            model.optimizer.build(model.trainable_weights)
            steps, *others = model.optimizer.variables
            group = h5.create_group("optimizer/vars")
            for i, value in enumerate((np.int64(steps), *others)):
                group[str(i)] = np.asarray(value, None if i == 0 else floatx())


def _read(model: "Model", file: Any) -> None:
    with _h5py().File(file, "r") as h5:
        for place, layer in _groups(model.layers):
            if layer.weights:
                group = h5.get(f"{place}/vars")
                found = [] if group is None else [group[str(i)][()] for i in range(len(group))]
                layer.set_weights(found)
        kept = h5.get("optimizer/vars")
        if model.compiled and kept is not None:
            optimizer = model.optimizer
            optimizer.build(model.trainable_weights)
            if len(kept) == len(optimizer.variables):  # as in Keras, another optimizer begins anew
                optimizer.iterations = int(kept["0"][()])
                first = len(kept) - len(optimizer.all_slots)
                for i, slot in enumerate(optimizer.all_slots, first):
                    slot[...] = kept[str(i)][()]


def line_of(model: "Model") -> dict[str, Any]:
    """Return the name and the layers of a model, as Keras writes those of a Sequential."""
    made = [_layer(layer) for layer in model.layers]
    first = model.layers and isinstance(model.layers[0], layers.InputLayer)
    if model.built and not first:
        made.insert(0, _layer(layers.InputLayer(batch_shape=model.input_shape, name="input_layer")))
    config: dict[str, Any] = {"name": model.name, "trainable": True, "layers": made}
    return config | ({"build_input_shape": model.input_shape} if model.built else {})


def _layer(layer: Layer) -> dict[str, Any]:
    built = getattr(layer, "input", None) is not None
    return (serialized(layer) or {}) | ({"build_config": {"input_shape": layer.input.shape}} if built else {})


def _written(model: "Model") -> dict[str, Any]:
    """Return what ``config.json`` holds: any model as a Sequential, which a line of layers is."""
    whole: dict[str, Any] = {"module": "keras", "class_name": "Sequential", "config": line_of(model)}
    whole |= {"registered_name": None, "build_config": {"input_shape": model.input_shape}}
    if model.compiled:
        loss, chosen = model.loss, model.chosen_metrics
        whole["compile_config"] = {
            "optimizer": serialized(model.optimizer),
            "loss": losses.serialize(losses.get(loss)) if isinstance(loss, losses.Loss) or callable(loss) else loss,
            "loss_weights": None,
            "metrics": None if chosen is None else [metrics.serialize(metric) for metric in chosen],
            "weighted_metrics": None,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }
    return whole


def _made(written: dict[str, Any]) -> "Model":
    """Make the model that ``config.json`` describes; raises ValueError where it is no line of layers."""
    from scratch.models import Model, Sequential

    config, kind = written["config"], written["class_name"]
    if kind not in ("Sequential", "Functional"):
        raise ValueError(f"scratch has Sequential models and lines of layers, not {kind}")
    made = [layers.deserialize(layer) for layer in config["layers"]]
    if kind == "Sequential":
        return Sequential(made, name=config["name"])
    nodes = [layer["inbound_nodes"] for layer in config["layers"]]
    if any(len(node) != (i > 0) for i, node in enumerate(nodes)) or not isinstance(made[0], layers.InputLayer):
        raise ValueError("this model is no single line of layers, which scratch's models are")
    tensor = made[0].output
    for before, layer, node in zip(made, made[1:], nodes[1:], strict=False):
        history = node[0]["args"][0]["config"]["keras_history"]
        if history[0] != before.name:
            raise ValueError("this model is no single line of layers, which scratch's models are")
        tensor = layer(tensor)
    return Model(made[0].output, tensor, name=config["name"])


def _compile(model: "Model", config: dict[str, Any]) -> None:
    model.compile(optimizer=config["optimizer"], loss=config["loss"], metrics=config["metrics"])


__all__ = ["load_model", "load_weights", "save_model", "save_weights"]
