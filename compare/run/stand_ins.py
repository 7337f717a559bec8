"""What answers while a script runs for what is not to be had, or would get in the way.

Logging services that are not installed are answered by objects that do nothing; plots are drawn and not shown; MNIST
and Fashion-MNIST come from ``scratch.datasets``, for both sides alike.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

import scratch
from compare.core.checks import compared
from compare.run.findings import Called, Finding, Loaded, Noted
from compare.run.replacing import replaced
from scratch.datasets import Dataset, NotFoundError, digits, load

SERVICES = (
    "wandb", "mlflow", "neptune", "comet_ml", "clearml", "aim", "livelossplot", "tensorboardX", "IPython",
    "google.colab",
)  # fmt: skip
WATCHING = ("Callback", "Logger", "Checkpoint", "MetricsLogger")
"""So end the names of what such a service gives to ``fit``."""


class Idle:
    """Does nothing, whatever is asked of it, and remembers what is written on it: ``config.epochs = 10``."""

    def __init__(self, *values: Any, **options: Any) -> None:
        self.__dict__.update(options.get("config") or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        idle = Idle()
        self.__dict__[name] = idle
        return idle

    def __call__(self, *values: Any, **options: Any) -> "Idle":
        return Idle(*values, **options)

    def __enter__(self) -> "Idle":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, key: Any) -> Any:
        return self.__dict__.setdefault(str(key), Idle())

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__dict__[str(key)] = value

    def update(self, *values: Any, **options: Any) -> None:
        """Take over settings, as a dict does."""
        for one in values:
            self.__dict__.update(one if isinstance(one, dict) else {})
        self.__dict__.update(options)


class Services(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of services that nothing else finds; ``emit`` is told once of each."""

    def __init__(self, emit: Callable[[Finding], None], line: Callable[[], int | None]) -> None:
        self.emit, self.line = emit, line
        self.config = Idle()

    @staticmethod
    def serves(fullname: str) -> bool:
        """Tell whether a module is one of a service's."""
        return any(fullname == name or fullname.startswith(f"{name}.") for name in SERVICES)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for a service and all that is in it."""
        if not self.serves(fullname):
            return None
        if fullname in SERVICES:
            self.emit(Noted(f"{fullname} is not installed: a stand-in that does nothing answers for it", self.line()))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        """Let every name in the module be something that does nothing."""
        config, in_keras = self.config, "keras" in module.__name__

        def started(*values: Any, **options: Any) -> Idle:
            config.update(options.get("config") or {})
            run = Idle()
            run.__dict__["config"] = config
            return run

        def missing(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            if in_keras and name.endswith(WATCHING):
                return idle_callback(name)
            return Idle()

        vars(module).update({"__getattr__": missing, "config": config, "init": started, "run": Idle()})


def idle_callback(name: str) -> type:
    """Return a callback of Keras's that takes any arguments and does nothing."""
    from keras_ref.library import load_keras

    kind = load_keras().callbacks.Callback
    return type(name, (kind,), {"__init__": lambda self, *values, **options: kind.__init__(self)})


def _idle_board(emit: Callable[[Finding], None], line: Callable[[], int | None]) -> Callable[..., Any]:
    kind = idle_callback("TensorBoard")

    def board(*values: Any, **options: Any) -> Any:
        emit(Noted("tensorboard is not installed: a stand-in that does nothing answers for it", line()))
        return kind()

    return board


def draw_without_a_window() -> None:
    """Let plots be drawn in memory: ``plt.show()`` shows nothing and does not wait."""
    os.environ["MPLBACKEND"] = "agg"
    os.environ.setdefault("WANDB_MODE", "disabled")
    warnings.filterwarnings("ignore", message=".*non-interactive.*")


@contextmanager
def answering(keras: Any, emit: Callable[[Finding], None], line: Callable[[], int | None]) -> Iterator[None]:
    """Let all of this answer, under whichever name the script imports it."""
    services = Services(emit, line)
    replacements: dict[str, tuple[str, Callable[..., Any]]] = {
        **{f"datasets.{name}": ("load_data", _loader(keras, name, emit, line)) for name in ("mnist", "fashion_mnist")},
        **{place: ("to_categorical", _one_hot(keras, emit, line)) for place in ("utils", "utils.numerical_utils")},
    }
    if importlib.util.find_spec("tensorboard") is None:
        replacements["callbacks"] = ("TensorBoard", _idle_board(emit, line))
    with ExitStack() as entered:
        for place, (name, function) in replacements.items():
            for package in ("keras", "keras.src", "keras._tf_keras.keras", "tensorflow.keras"):
                with suppress(ImportError):  # of TensorFlow's there are some where Keras has loaded it
                    if package.partition(".")[0] not in sys.modules:
                        continue
                    module = importlib.import_module(f"{package}.{place}")
                    if name in vars(module):
                        entered.enter_context(replaced(module, name, function))
        sys.meta_path.append(services)
        try:
            yield
        finally:
            sys.meta_path.remove(services)
            for name in [name for name in sys.modules if services.serves(name)]:
                del sys.modules[name]


def _loader(
    keras: Any, name: str, emit: Callable[[Finding], None], line: Callable[[], int | None]
) -> Callable[..., Any]:
    def load_data(path: str = "") -> Any:
        dataset = of_that_name(name)
        sizes = len(dataset.x_train), len(dataset.x_test)
        ours = int(dataset.in_memory().x_train[0].astype(int).sum())
        theirs = int(keras.ops.convert_to_numpy(keras.ops.sum(keras.ops.cast(dataset.x_train[0], "int32"))))
        value = compared("guide", "sum of the first image's pixels", theirs, ours, 0.0)
        emit(Loaded(dataset.name, dataset.source, dataset.verified, dataset.notice, *sizes, value, line()))
        return dataset.split

    return load_data


def _one_hot(keras: Any, emit: Callable[[Finding], None], line: Callable[[], int | None]) -> Callable[..., Any]:
    """Return a ``to_categorical`` that holds what Keras makes against scratch's."""
    original = keras.utils.to_categorical

    def to_categorical(x: Any, num_classes: int | None = None) -> Any:
        rows, place = original(x, num_classes), line()
        if place is not None and isinstance(rows, np.ndarray):
            ours = scratch.utils.to_categorical(x, num_classes)
            check = compared("guide", "rows of class numbers", rows, ours, 0.0)
            emit(Called(place, "utils.to_categorical", check))
        return rows

    return to_categorical


def of_that_name(name: str) -> Dataset:
    """Return MNIST or Fashion-MNIST; where MNIST is nowhere, the digits, drawn as large as its images.

    A script that is written for 28×28 pixels of 0 to 255 goes on with them; the notice says what they are. Raises
    DataError for Fashion-MNIST, for which nothing stands in.
    """
    try:
        return load(name)
    except NotFoundError as error:
        if name != "mnist":
            raise
        small = digits.load()
        stand_in = replace(small, x_train=enlarged(small.x_train), x_test=enlarged(small.x_test), peak=255)
        notice = (
            f"These are NOT the MNIST images but {small.name} of 8×8 pixels, from {small.source}, each pixel drawn "
            f"3×3 in an image of 28×28. {error}"
        )
        return replace(stand_in, notice=notice)


def enlarged(images: Any) -> Any:
    """Draw 8×8 images of 0 to 16 as 28×28 ones of 0 to 255."""
    large = np.kron(images.astype(float) * 255 / 16, np.ones((1, 3, 3)))
    return np.pad(large, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
