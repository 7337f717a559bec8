"""What a program finds in place of what it must not or cannot have. It runs in the child: NumPy only.

Packages that draw, log or show progress do nothing; the keyboard answers 1; the data sets of Keras, torchvision and
OpenML come from arrays that were handed over; what computes and is not NumPy is refused, because it cannot be watched.
Whatever the program really uses of all this is said in a sentence.
"""

import builtins
import importlib.machinery
import itertools
import os
import random
import sys
import time
import types
from collections.abc import Callable, Iterable, Iterator
from opcode import opname
from typing import Any

import numpy as np

DRAWING = {
    "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "altair", "holoviews", "graphviz", "pydot",
    "IPython", "ipywidgets", "google", "tkinter", "turtle", "winsound", "webbrowser",
}  # fmt: skip
"""Always replaced: they show, draw or ask."""
DRAWN_BY = {"mpl_toolkits": "matplotlib", "pylab": "matplotlib"}
DEBUGGERS = {"pdb", "ipdb", "pudb"}
PROGRESS = {"tqdm"}
PROGRESS_IF_MISSING = {"alive_progress", "progressbar", "fastprogress", "rich", "termcolor"}
SERVICES = {
    "wandb", "tensorboard", "tensorboardX", "mlflow", "neptune", "comet_ml", "colorama", "tabulate", "prettytable",
    "loguru", "visdom", "livelossplot", "pyfiglet", "coloredlogs", "memory_profiler", "line_profiler", "psutil",
}  # fmt: skip
"""Replaced where they are not installed."""
KEEPS_SETTINGS = {"wandb", "mlflow", "neptune", "comet_ml"}
"""What these return may be a learning rate, for which there is no stand-in."""
ANSWERED = {"keras", "tensorflow", "torchvision", "numba", "mnist"}
"""A part of them is answered, the rest refused."""
REFUSED = {"torch", "jax", "jaxlib", "cupy", "flax", "theano", "mxnet", "chainer", "paddle", "tinygrad", "mlx"}

DRAWS = [
    "annotate", "axes", "axhline", "axis", "axvline", "bar", "boxplot", "cla", "clf", "clim", "close", "cm", "colorbar",
    "contour", "contourf", "draw", "errorbar", "figure", "fill_between", "gca", "gcf", "grid", "hist", "hlines",
    "imshow", "ioff", "ion", "legend", "loglog", "matshow", "pause", "pcolor", "pcolormesh", "pie", "plot", "quiver",
    "rc", "rcParams", "savefig", "scatter", "semilogx", "semilogy", "show", "stem", "step", "style", "subplot",
    "subplots", "suptitle", "text", "tight_layout", "title", "vlines", "xlabel", "xlim", "xticks", "ylabel", "ylim",
    "yticks",
]  # fmt: skip
"""What ``from matplotlib.pyplot import *`` brings."""

OLD_NAMES: dict[str, Any] = {
    "float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex, "long": int,
    "unicode": str, "float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "string_": np.bytes_,
    "Inf": np.inf, "Infinity": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf, "NaN": np.nan, "NAN": np.nan,
    "product": np.prod, "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any, "round_": np.round,
    "row_stack": np.vstack, "trapz": np.trapezoid, "mat": np.asmatrix, "in1d": lambda x, y: np.isin(np.ravel(x), y),
    "asfarray": lambda x, dtype=float: np.asarray(x, dtype), "asscalar": lambda x: x.item(),
    "msort": lambda x: np.sort(x, axis=0),
}  # fmt: skip
"""What NumPy had once."""
LIBRARIES = {"numpy", "scipy", "sklearn", "pandas", "joblib"}
"""Whoever else asks for an old name is the program, or a module beside it."""

ASKED_IN_VAIN = 100
"""After so many answers the keyboard is silent: a program that asks again and again would never end."""
TRAIN, TEST = 60_000, 10_000

Said = Callable[[str], None]


class Told:
    """The sentences on what was made harmless, each of them once."""

    def __init__(self) -> None:
        self.sentences: dict[str, None] = {}

    def __call__(self, sentence: str) -> None:
        self.sentences[sentence] = None


class InAWord:
    """An error whose message is the sentence about it, and which is also what a program may expect in its place."""


class Needs(InAWord, ModuleNotFoundError):
    """The program needs something that it cannot have."""


class NeedsArgument(InAWord, IndexError):
    """The program reads an argument of the command line that is not there."""


class NeedsArguments(InAWord, SystemExit):
    """The program's own parser of the command line misses something."""


class NobodyThere(InAWord, EOFError):
    """The program asks at the keyboard again and again."""


def not_numpy(what: str) -> Needs:
    """Return the error for something that computes, and is not NumPy."""
    return Needs(f"needs {what}, which is not NumPy: what it computes cannot be watched")


class Nothing:
    """Does nothing and takes everything: a figure, a run that is logged, a colour of the terminal."""

    __array_ufunc__ = None  # an array asks this one first

    def __init__(self, name: str = "", computes: bool = True, *_: Any, **__: Any) -> None:
        """Stand for something of the package ``name``; ``computes`` is whether it may meet numbers.

        A class that is made of this one, as ``doctest`` makes its own of ``pdb.Pdb``, hands over what it likes.
        """
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_computes", computes)

    def _another(self) -> "Nothing":
        return type(self)(self._name, self._computes)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("to_numpy", "shape", "dtype", "_name", "_computes"):
            raise AttributeError(name)
        return self._another()

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]  # it decorates
        return self._another()

    def __getitem__(self, key: Any) -> Any:
        return self._another()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter([self._another() for _ in range(unpacked(sys._getframe(1)))])

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return ()

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, entry: Any) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __format__(self, form: str) -> str:
        return ""

    def _number(self) -> Any:
        self._meets(0)
        return 0

    def _meets(self, other: Any) -> Any:
        if isinstance(other, str):
            return other  # colour + text
        if not self._computes and isinstance(other, int | float | np.ndarray | np.generic):
            raise Needs(f"computes with what {self._name} returns, which is not installed")
        return self._another()

    def _less(self, other: Any) -> bool:
        return False

    __int__ = __index__ = _number
    __lt__ = __le__ = __gt__ = __ge__ = _less

    def __float__(self) -> float:
        return float(self._number())


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    setattr(Nothing, f"__{_name}__", Nothing._meets)
    setattr(Nothing, f"__r{_name}__", Nothing._meets)


def unpacked(frame: types.FrameType) -> int:
    """Return into how many names a running line unpacks what it iterates over; 0 where it does something else."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if at < 0:
        return 0
    return {"UNPACK_SEQUENCE": code[at + 1], "UNPACK_EX": code[at + 1]}.get(opname[code[at]], 0)


class Progress(Nothing):
    """A progress bar: hands on the rows, the text or the function that it is given."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        first = args[0] if args else kwargs.get("iterable")
        if isinstance(first, str | np.ndarray | types.FunctionType):
            return first  # the rows of an array are watched where the program itself goes through them
        return Rows(self._name, first) if isinstance(first, Iterable) and not isinstance(first, Nothing) else self


class Rows(Progress):
    """Rows that pass through a progress bar."""

    def __init__(self, name: str, rows: Any) -> None:
        """Stand for a bar of the package ``name`` around these rows."""
        super().__init__(name)
        object.__setattr__(self, "rows", rows)

    def _another(self) -> Nothing:
        return Progress(self._name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return True


class Answering(types.ModuleType):
    """A module whose names are answered one at a time."""

    def __init__(self, name: str, answer: Callable[[str], Any]) -> None:
        """Make the module ``name``; ``answer`` returns what a name in it stands for, or raises."""
        super().__init__(name)
        self.__path__: list[str] = []
        self.__version__ = "0"
        self.__dict__["_answer"] = answer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_answer"](name)


class Tensor(np.ndarray[Any, Any]):
    """An array that answers as a tensor does when it is asked for its array."""

    def numpy(self) -> Any:
        """Return the array."""
        return np.asarray(self)

    def float(self) -> Any:
        """Return it as float32."""
        return self.astype(np.float32)


class Images:
    """The data sets that were handed over, in the shapes in which they are published."""

    def __init__(self, given: dict[str, dict[str, Any]], said: Said) -> None:
        self.given, self.said = given, said

    def split(self, name: str) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """Return ``(x_train, y_train), (x_test, y_test)``: uint8, images of 28×28 pixels. Raises Needs."""
        if name not in self.given:
            raise Needs(f"needs the data set {name}, which is not at hand")
        x_train, y_train, x_test, y_test = (self.given[name][key] for key in ("x_train", "y_train", "x_test", "y_test"))
        if x_train.shape[1:] == (28, 28):
            self.said(f"{name} comes from the data of this checker")
            return (x_train.copy(), y_train.copy()), (x_test.copy(), y_test.copy())
        self.said(f"{name} is not at hand: small digits stand in for it, enlarged to 28×28 pixels and repeated")
        train = np.resize(enlarged(x_train), (TRAIN, 28, 28)), np.resize(y_train, TRAIN)
        return train, (np.resize(enlarged(x_test), (TEST, 28, 28)), np.resize(y_test, TEST))

    def all(self, name: str) -> tuple[Any, Any]:
        """Return all rows of a data set, flat, and their labels."""
        (x_train, y_train), (x_test, y_test) = self.split(name)
        return np.concatenate([x_train, x_test]).reshape(-1, 784), np.concatenate([y_train, y_test])

    def openml(
        self, name: Any = None, version: Any = 1, *, data_id: Any = None, return_X_y: bool = False,
        as_frame: Any = "auto", **_: Any,
    ) -> Any:  # fmt: skip
        """Answer scikit-learn's ``fetch_openml`` for MNIST and Fashion-MNIST. Raises Needs for others."""
        wanted = {"mnist_784": "mnist", "fashion-mnist": "fashion_mnist"}.get(str(name).lower())
        wanted = {554: "mnist", 40996: "fashion_mnist"}.get(data_id, wanted)
        if wanted is None:
            raise Needs(f"needs {name or data_id} from OpenML, which is not at hand")
        pixels, labels = self.all(wanted)
        data, target = pixels.astype(np.int64), labels.astype(str).astype(object)
        if as_frame:
            try:
                import pandas as pd  # type: ignore[import-untyped]

                data = pd.DataFrame(data, columns=[f"pixel{n + 1}" for n in range(784)])
                target = pd.Series(target, name="class", dtype="category")
            except ImportError:
                pass
        return (data, target) if return_X_y else bunch(data=data, target=target, DESCR=wanted)

    def mldata(self, name: Any = None, **_: Any) -> Any:
        """Answer ``fetch_mldata``, which scikit-learn had once."""
        pixels, labels = self.all("mnist")
        return bunch(data=pixels, target=labels.astype(float), DESCR=name)


def enlarged(images: Any) -> Any:
    """Return small square images as images of 28×28 pixels of 0..255, with a margin."""
    size = images.shape[1]
    times = max(1, 28 // size)
    large = (images.astype(int) * (255 // max(1, int(images.max())))).astype(np.uint8)
    large = large.repeat(times, axis=1).repeat(times, axis=2)
    before = (28 - size * times) // 2
    margin = (before, 28 - size * times - before)
    return np.pad(large, ((0, 0), margin, margin))


def bunch(**entries: Any) -> Any:
    """Return what scikit-learn's data sets are: a dict with attributes."""
    from sklearn.utils import Bunch

    return Bunch(**entries)


def to_categorical(x: Any, num_classes: int | None = None, dtype: Any = "float32") -> Any:
    """Return a row with a single 1 for each label (``keras.utils.to_categorical``)."""
    labels = np.asarray(x, dtype=int)
    labels = labels.reshape(labels.shape[:-1]) if labels.ndim > 1 and labels.shape[-1] == 1 else labels
    rows = np.zeros((labels.size, num_classes or int(labels.max()) + 1), dtype)
    rows[np.arange(labels.size), labels.ravel()] = 1
    return rows.reshape(*labels.shape, -1)


def decorator(*args: Any, **_: Any) -> Any:
    """Leave a function as it is, with or without arguments to the decorator."""
    return args[0] if args and isinstance(args[0], types.FunctionType) else lambda function: function


def ignored(*_: Any, **__: Any) -> None:
    """Do nothing."""


class StandIns:
    """Finds the modules that are replaced, and puts harmless functions in the place of others."""

    def __init__(self, source: str, beside: Iterable[str], given: dict[str, dict[str, Any]], said: Said) -> None:
        """Prepare for a program's source, with the names of the modules beside it, which come first."""
        self.said, self.beside, self.images = said, set(beside), Images(given, said)
        self.refused = REFUSED - ({"torch"} if "torchvision" in source else set())
        self.answered = ANSWERED | (REFUSED - self.refused)
        self.parts = self._parts()
        self.after = {
            "sklearn.datasets": self._after_sklearn_datasets,
            "argparse": self._after_argparse,
            "pandas.plotting._core": self._after_pandas_plotting,
        }

    def install(self) -> None:
        """Answer imports from here on."""
        sys.meta_path.insert(0, self)
        for name in set(self.after) & set(sys.modules):
            self.after[name](sys.modules[name])

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Find a module that is replaced, or let the others look for it. Raises Needs where it is refused."""
        root = name.partition(".")[0]
        if root in self.beside:
            return None
        if name in self.after:
            return self._found_and_changed(name, path)
        if root in self.refused:
            raise not_numpy(root)
        if self._answer(name) is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make a stand-in."""
        answer = self._answer(spec.name)
        assert answer is not None
        module = Answering(spec.name, answer)
        if spec.name in ("pylab", "matplotlib.pylab"):
            module.__dict__.update({name: thing for name, thing in vars(np).items() if not name.startswith("_")})
            module.__dict__.update(np=np)
            module.__dict__["__all__"] = [*(name for name in vars(np) if not name.startswith("_")), *DRAWS]
        elif spec.name == "matplotlib.pyplot":
            module.__dict__["__all__"] = DRAWS
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave it as it was made."""

    def _answer(self, name: str) -> Callable[[str], Any] | None:
        """Return what answers for the names in a module; None where the module is not replaced."""
        root = name.partition(".")[0]
        if root in DRAWING or name.startswith("torchvision.transforms"):
            return lambda of: self._drawn(root, of)
        if root in DEBUGGERS:
            return lambda of: self._nothing(Nothing(root), f"{root} is passed over")
        if root in PROGRESS or (root in PROGRESS_IF_MISSING and not installed(root)):
            return lambda of: self._progress(root, of)
        if root in SERVICES and not installed(root):
            stand_in = Nothing(root, computes=root not in KEEPS_SETTINGS)
            return lambda of: self._nothing(stand_in, f"{root} is not installed: it does nothing")
        if root in self.answered:
            return lambda of: self._part(name, of)
        return None

    def _nothing(self, stand_in: Any, sentence: str) -> Any:
        self.said(sentence)
        return stand_in

    def _drawn(self, root: str, of: str) -> Any:
        if of == "imread":
            raise Needs(f"reads images with {root}, which is not there")
        name = DRAWN_BY.get(root, root)
        return self._nothing(Nothing(name), f"{name} draws and shows nothing")

    def _progress(self, root: str, of: str) -> Any:
        self.said(f"{root} shows no progress")
        if of in ("trange", "tnrange"):
            return lambda *args, **_: Rows(root, range(*args))
        return Progress(root)

    def _part(self, name: str, of: str) -> Any:
        parts = self.parts.get(name, {})
        if of in parts:
            if name == "numba":
                self.said("numba compiles nothing: the functions run as they are written")
            return parts[of]
        inner = f"{name}.{of}"
        if any(known == inner or known.startswith(inner + ".") for known in self.parts):
            return importlib.import_module(inner)
        if ".datasets" in name:
            raise Needs(f"needs {inner}, a data set that is not at hand")
        raise not_numpy(inner)

    def _parts(self) -> dict[str, dict[str, Any]]:
        """Return the modules that are answered, and what is in them."""
        split = self.images.split
        parts: dict[str, dict[str, Any]] = {
            "tensorflow.random": {"set_seed": ignored},
            "torch": {"manual_seed": ignored, "Tensor": type("Tensor", (), {})},
            "torchvision.datasets": {name: self._torch_set(name) for name in ("MNIST", "FashionMNIST")},
            "torchvision.transforms": {},
            "numba": dict.fromkeys(("jit", "njit", "vectorize", "guvectorize"), decorator)
            | {"prange": range}
            | dict.fromkeys(("float64", "float32", "int64", "int32", "boolean", "void"), Nothing("numba")),
            "mnist": {
                f"{part}_{what}": lambda of=of, entry=entry: split("mnist")[of][entry]
                for of, part in enumerate(("train", "test"))
                for entry, what in enumerate(("images", "labels"))
            },
        }
        for root in ("keras", "tensorflow.keras"):
            for name in ("mnist", "fashion_mnist"):
                parts[f"{root}.datasets.{name}"] = {"load_data": lambda *_, name=name, **__: split(name)}
            parts[f"{root}.utils"] = {"to_categorical": to_categorical, "set_random_seed": ignored}
            parts[f"{root}.utils.np_utils"] = {"to_categorical": to_categorical}
        return parts

    def _torch_set(self, name: str) -> type:
        images = self.images

        class Set:
            """A data set of torchvision, as far as its arrays."""

            def __init__(self, root: Any = None, train: bool = True, *_: Any, **__: Any) -> None:
                data, targets = images.split({"MNIST": "mnist", "FashionMNIST": "fashion_mnist"}[name])[not train]
                self.data, self.targets = data.view(Tensor), targets.astype(np.int64).view(Tensor)

            def __len__(self) -> int:
                return len(self.data)

            def __getitem__(self, row: Any) -> Any:
                raise not_numpy("torchvision's transformed images")

        Set.__name__ = name
        return Set

    def _found_and_changed(self, name: str, path: Any) -> importlib.machinery.ModuleSpec | None:
        """Find a real module, and change it once it is loaded."""
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_and_change(module: types.ModuleType) -> None:
            load(module)
            self.after[name](module)

        spec.loader.exec_module = load_and_change  # type: ignore[method-assign]
        return spec

    def _after_sklearn_datasets(self, module: Any) -> None:
        module.fetch_openml, module.fetch_mldata = self.images.openml, self.images.mldata

    def _after_argparse(self, module: Any) -> None:
        def error(_: Any, message: str) -> None:
            raise NeedsArguments(f"needs arguments on its command line: {message}")

        module.ArgumentParser.error = error

    def _after_pandas_plotting(self, module: Any) -> None:
        module._backends["matplotlib"] = Answering("matplotlib", lambda of: self._drawn("matplotlib", of))

    def begin(self, file: str) -> None:
        """Put harmless functions in place, and seed what is random: the program begins."""
        sys.argv = Arguments([file])
        random.seed(0)
        np.random.seed(0)
        seed, numbers = random.seed, itertools.count()
        random.seed = lambda a=0, version=2: seed(0 if a is None else a, version)
        np.random.bit_generator.randbits = lambda bits: next(numbers)  # type: ignore[attr-defined]
        self._answer_input()
        self._replace(time, "sleep", "time.sleep() does not wait")
        self._replace(os, "system", "os.system() starts nothing", 0)
        sys.breakpointhook = lambda *_, **__: self.said("breakpoint() is passed over")
        time.clock = time.perf_counter  # type: ignore[attr-defined]
        self._bring_back_old_names()

    def _replace(self, module: Any, name: str, sentence: str, result: Any = None) -> None:
        def harmless(*_: Any, **__: Any) -> Any:
            self.said(sentence)
            return result

        setattr(module, name, harmless)

    def _answer_input(self) -> None:
        asked = itertools.count()

        def answer(prompt: Any = "") -> str:
            self.said("it reads the keyboard: input() was answered with 1")
            if next(asked) >= ASKED_IN_VAIN:
                raise NobodyThere("reads the keyboard again and again, and nobody is there")
            return "1"

        builtins.input = answer

    def _bring_back_old_names(self) -> None:
        now: Callable[[str], Any] = np.__getattr__

        def old_name(name: str) -> Any:
            asks = str(sys._getframe(1).f_globals.get("__name__")).partition(".")[0]
            if name not in OLD_NAMES or asks in LIBRARIES:
                return now(name)
            self.said(f"np.{name} is gone from NumPy; here it is what it was")
            return OLD_NAMES[name]

        np.__getattr__ = old_name  # type: ignore[method-assign]

    def for_notebooks(self) -> dict[str, Any]:
        """Return the names that every notebook has."""
        return {"display": ignored, "get_ipython": Nothing("IPython")}


class Arguments(list[str]):
    """``sys.argv`` of a program that was started without arguments."""

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, int) and place >= len(self):
            raise NeedsArgument(f"needs an argument on its command line: sys.argv[{place}]")
        return super().__getitem__(place)


def installed(root: str) -> bool:
    """Return whether a package is installed."""
    return importlib.machinery.PathFinder.find_spec(root) is not None
