"""Answers ``keras``, and whatever lies below it, with scratch, for test files of Keras's.

Keras's tests import from its insides, ``keras.src``: a module there is answered by the room of scratch that its path
goes through. The few things that are no room of scratch's, tensors and the test case, are NumPy's and ours.
"""

import importlib.abc
import importlib.machinery
import itertools
import json
import shutil
import sys
import tempfile
import types
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl.testing import parameterized

import scratch
from scratch.layers import KerasTensor
from scratch.optimizers import schedules
from scratch.serialization import Configured, serialized

ROOMS = {name: getattr(scratch, name) for name in scratch.__all__ if name.islower()} | {"schedules": schedules}


class Variable(np.ndarray):
    """Weights as Keras hands them to an optimizer."""

    name: str

    def __new__(cls, value: Any, *_: Any, dtype: str = "float32", name: str = "variable", **__: Any) -> "Variable":
        """Take over the numbers."""
        made = np.array(value, dtype).view(cls)
        made.name = name
        return made

    def numpy(self) -> Any:
        """Return the numbers."""
        return np.asarray(self)

    def assign(self, value: Any) -> None:
        """Take over other numbers."""
        self[...] = value


def tensor(value: Any, dtype: Any = None) -> Any:
    """Return an array, of floats as wide as Keras's are."""
    array = np.asarray(value)
    return array.astype(dtype or (scratch.config.floatx() if array.dtype == float else array.dtype))


TALK: dict[str, Any] = {
    "dtype_policy": lambda: scratch.config.floatx(),
    "set_dtype_policy": lambda dtype: None,
    "enable_interactive_logging": lambda: None,
    "disable_interactive_logging": lambda: None,
}
"""What Keras says of itself, by its own functions."""

BACKEND = types.SimpleNamespace(
    Variable=Variable,
    KerasTensor=KerasTensor,
    backend=lambda: "tensorflow",
    convert_to_numpy=np.asarray,
    convert_to_tensor=tensor,
    is_tensor=lambda x: isinstance(x, np.ndarray),
    standardize_dtype=lambda dtype: np.dtype(dtype).name,
    floatx=scratch.config.floatx,
    set_floatx=scratch.config.set_floatx,
    epsilon=lambda: scratch.losses.EPSILON,
    shape=np.shape,
    uniform=lambda shape, minval=0.0, maxval=1.0, **_: tensor(np.random.uniform(minval, maxval, shape)),
    normal=lambda shape, **_: tensor(np.random.normal(size=shape)),
)
"""What ``keras.backend`` has that is no room's: tensors, which are arrays."""


def of_operations(name: str) -> Any:
    """Return an operation of ``keras.ops``, which NumPy has by the same name."""
    known = {
        "cast": tensor,
        "convert_to_tensor": tensor,
        "convert_to_numpy": np.asarray,
        "array": tensor,
        "shape": np.shape,
        "is_tensor": lambda x: isinstance(x, np.ndarray),
        "softmax": scratch.activations.softmax,
        "sigmoid": scratch.activations.sigmoid,
    }
    if name in known:
        return known[name]
    if not hasattr(np, name):
        return Missing(name, f"scratch has no operations, and NumPy no {name!r}")
    made = getattr(np, name)
    return (lambda *a, **k: tensor(made(*a, **k))) if name in ("ones", "zeros", "full", "arange", "linspace") else made


class TestCase(parameterized.TestCase):
    """The assertions of Keras's test case."""

    def setUp(self) -> None:
        """Number layers from the first again, as Keras does before each test."""
        super().setUp()
        scratch.utils.clear_session()

    def get_temp_dir(self) -> str:
        """Return a directory that is gone after the test."""
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        return directory

    def convert_to_numpy(self, x: Any) -> Any:
        """Return an array."""
        return np.asarray(x)

    def assertAllClose(self, x: Any, y: Any, atol: float = 1e-6, rtol: float = 1e-6, msg: Any = None, **_: Any) -> None:
        """Hold two arrays within tolerances."""
        np.testing.assert_allclose(np.asarray(x), np.asarray(y), atol=atol, rtol=rtol, err_msg=msg or "")

    def assertNotAllClose(self, x: Any, y: Any, atol: float = 1e-6, rtol: float = 1e-6, msg: Any = None) -> None:
        """Find two arrays apart."""
        assert not np.allclose(np.asarray(x), np.asarray(y), atol=atol, rtol=rtol), msg

    def assertAlmostEqual(self, x: Any, y: Any, decimal: int = 3, msg: Any = None, **_: Any) -> None:  # type: ignore[override]
        """Hold two arrays to some decimals."""
        np.testing.assert_almost_equal(np.asarray(x), np.asarray(y), decimal=decimal, err_msg=msg or "")

    def assertAllEqual(self, x: Any, y: Any, msg: Any = None) -> None:
        """Find two arrays equal."""
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y), err_msg=msg or "")

    def assertLen(self, iterable: Any, length: int, msg: Any = None) -> None:
        """Count."""
        assert len(iterable) == length, msg

    def assertDType(self, x: Any, dtype: Any, msg: Any = None) -> None:
        """Find an array of a type."""
        assert np.asarray(x).dtype == np.dtype(dtype), msg

    def run_class_serialization_test(self, instance: Any, custom_objects: Any = None) -> Any:
        """Make an object of its own options twice, once through text."""
        if not isinstance(instance, Configured):
            raise ImportError(f"scratch does not write {type(instance).__name__} down")
        config = json.dumps(instance.get_config(), default=list, sort_keys=True)
        room = next(room for room in ROOMS.values() if room.__name__.split(".")[-1] == instance.room.split(".")[-1])
        read = json.loads(json.dumps(serialized(instance), default=list))
        for revived in (type(instance).from_config(instance.get_config()), room.deserialize(read)):
            assert json.dumps(revived.get_config(), default=list, sort_keys=True) == config
            assert set(dir(revived)) == set(dir(instance))
        return revived

    def run_layer_test(
        self,
        layer_cls: Any,
        init_kwargs: dict[str, Any],
        input_shape: Sequence[int] | None = None,
        input_data: Any = None,
        expected_output_shape: Sequence[int] | None = None,
        expected_output: Any = None,
        expected_num_trainable_weights: int | None = None,
        expected_num_losses: int | None = None,
        **unasked: Any,
    ) -> None:
        """Build a layer, count its weights, and let it compute a shape and a batch, both ways."""
        for what in ("input_sparse", "input_ragged", "custom_objects"):
            if unasked.get(what):
                raise ImportError(f"scratch has no {what}")
        self.run_class_serialization_test(layer_cls(**init_kwargs))
        X = np.random.default_rng(0).random(input_shape or ()) if input_data is None else np.asarray(input_data)
        layer = layer_cls(**init_kwargs)
        layer.build(X.shape)
        if expected_num_trainable_weights is not None:
            self.assertLen(layer.trainable_weights, expected_num_trainable_weights)
        for what in ("non_trainable_weights", "non_trainable_variables", "seed_generators"):
            if what != "seed_generators":
                self.assertLen(layer.non_trainable_weights, unasked.get(f"expected_num_{what}") or 0)
        shape = layer_cls(**init_kwargs)(KerasTensor(X.shape)).shape
        layer = layer_cls(**init_kwargs)
        a = layer(X)
        assert a.shape == shape
        if expected_output_shape is not None:
            assert shape == tuple(expected_output_shape)
        if expected_output is not None:
            self.assertAllClose(a, expected_output)
        if expected_num_losses is not None:
            assert int(getattr(layer, "regularized", False)) == min(expected_num_losses, 1)
        layer.forward(X.astype(a.dtype))
        assert np.shape(layer.backward(np.ones_like(a))) == X.shape


class Trainer:
    """What makes a model of one layer: Keras's trainer tests mix it in, ``class Model(Trainer, layers.Dense)``."""

    model: Any = None

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        """Ask a Sequential of this layer."""
        if name not in (
            "compile",
            "fit",
            "evaluate",
            "predict",
            "train_on_batch",
            "test_on_batch",
            "predict_on_batch",
            "optimizer",
            "history",
            "stop_training",
            "metrics_names",
            "compiled",
            "loss",
        ):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if any(
            step in vars(kind)
            for kind in type(self).__mro__[:-1]
            for step in ("call", "train_step", "test_step")
            if kind.__module__ not in ("scratch.layers.layer",)
        ):
            raise ImportError("scratch has no subclasses of models")
        if self.model is None:
            self.model = scratch.Sequential([self])
        return getattr(self.model, name)


def get_test_data(
    train_samples: int,
    test_samples: int,
    input_shape: tuple[int, ...],
    num_classes: int,
    random_seed: int | None = None,
) -> Any:
    """Return rows around a centre for each class, to learn from and to test on."""
    draw = np.random.default_rng(random_seed)
    rows = train_samples + test_samples
    centres, y = 2 * draw.standard_normal((num_classes, *input_shape)), draw.integers(0, num_classes, rows)
    x = centres[y] + 0.7 * draw.standard_normal((rows, *input_shape))
    return (x[:train_samples].astype("float32"), y[:train_samples]), (
        x[train_samples:].astype("float32"),
        y[train_samples:],
    )


def named_product(*_: Any, **choices: Any) -> Any:
    """Return every combination of choices, each with a name, as ``parameterized`` takes them."""
    return [
        {"testcase_name": "_" + "_".join(map(str, chosen))} | dict(zip(choices, chosen, strict=True))
        for chosen in itertools.product(*choices.values())
    ]


MODULES = (
    "src",
    "dtype_policies",
    "io_utils",
    "dtype_policy",
    "backend",
    "ops",
    "testing",
    "random",
    "trainers",
    "test_utils",
    "test_case",
    "numerical_utils",
)
TESTING: dict[str, Any] = {"TestCase": TestCase, "get_test_data": get_test_data, "named_product": named_product}
TESTING |= {
    f"{where}uses_{what}": lambda: False for where in ("", "jax_", "tensorflow_", "torch_") for what in ("gpu", "tpu")
}


class Missing:
    """A name of Keras's that scratch does not have: what uses it fails, and says so; to import it is no use."""

    def __init__(self, name: str, sentence: str) -> None:
        self.__name__ = name
        self.sentence = sentence

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Say that it is missing."""
        raise ImportError(self.sentence)

    def __getattr__(self, name: str) -> Any:
        """Say that it is missing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(name, self.sentence)

    def __mro_entries__(self, bases: Any) -> Any:
        """Let a class be made of it, of which no object can be."""
        return (type(self.__name__, (), {"__new__": lambda cls, *_, **__: self()}),)


class Answer(types.ModuleType):
    """A module of Keras's, answered by a room of scratch's."""

    def __getattr__(self, name: str) -> Any:
        """Return what the room has by that name, or the module below it, or what says that it is missing."""
        if name.startswith("__"):
            raise AttributeError(name)
        path = self.__name__.split(".")
        if name.endswith("Trainer"):
            return Trainer
        if "ops" in path:
            return of_operations(name)
        if ("backend" in path or "random" in path) and hasattr(BACKEND, name):
            return getattr(BACKEND, name)
        rooms = [ROOMS[part] for part in path if part in ROOMS]
        for room in rooms or [scratch]:
            if name in room.__all__:
                return getattr(room, name)
        if name in TALK and path[-1] in ("dtype_policy", "io_utils"):
            return TALK[name]
        if name in TESTING and "testing" in path:
            return TESTING[name]
        if name in MODULES or name in ROOMS or (rooms and name.islower()):
            return answer(f"{self.__name__}.{name}")
        return Missing(name, f"scratch has no {self.__name__}.{name}")


def answer(name: str) -> Answer:
    """Return the module that stands for one of Keras's."""
    if name not in sys.modules:
        module = Answer(name)
        module.__path__ = []
        sys.modules[name] = module
    return sys.modules[name]  # type: ignore[return-value]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module below ``keras``, and the two that its tests take from elsewhere."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Answer for Keras's modules."""
        if name.split(".")[0] in ("keras", "conftest", "jax"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        """Make the module that stands for Keras's."""
        if spec.name == "conftest":
            made = types.ModuleType("conftest")
            made.skip_if_backend = lambda backend, reason: lambda test: test  # type: ignore[attr-defined]
            return made
        if spec.name.startswith("jax"):
            return types.ModuleType(spec.name)
        return answer(spec.name)

    def exec_module(self, module: Any) -> None:
        """Leave the module as it was made."""


def install() -> None:
    """Answer ``keras`` from here on; what its tests call by a name of its insides goes by scratch's."""
    scratch.optimizers.Optimizer._clip_gradients = scratch.optimizers.Optimizer.clipped
    scratch.metrics.Metric._dtype = property(lambda metric: metric.dtype)
    sys.meta_path.insert(0, Finder())
