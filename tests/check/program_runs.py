"""Running a training program for its first steps only, with probes at the lines that its key names."""

import builtins
import contextlib
import copy
import io
import logging
import os
import random
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from unittest.mock import MagicMock, patch

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from tests.check.program_keys import Place, Program, Source, followed, place_of

Array = NDArray[np.float64]

DIGITS = load_digits()

LINES = 3_000_000
"""A program is given up after so many of its lines: it never reached what its key names."""


class Enough(BaseException):
    """The key's steps and observations are there; a program's ``except Exception`` does not stop this."""


@dataclass
class Step:
    """One step of training: the batch, each layer's parameters before and after, and their rounding unit."""

    X: Array
    y: Array
    before: list[list[Array]]
    unit: float
    after: list[list[Array]] = field(default_factory=list)


@dataclass
class Watched:
    """What the probes saw: the first steps, and for each observation of the key whether it holds."""

    steps: list[Step] = field(default_factory=list)
    observed: list[bool] = field(default_factory=list)


class Probes:
    """A trace function that reads the key's expressions at the key's lines, and stops the program when all are read."""

    def __init__(self, program: Program, source: Source) -> None:
        """Follow the key's lines from the program's own source into this one."""
        proof = program.key["proof"]

        def place(entry: int | list[int], *, last: bool = False) -> Place:
            return followed(place_of(entry), program.source, source, last=last)

        self.proof = proof
        self.begin, self.end = place(proof["begin"]), place(proof["end"], last=True)
        self.records = [(place(r["line"]), r.get("time", 1), r) for r in proof.get("record", [])]
        observe = proof.get("observe", [])
        self.looks = [(place(o["line"]) if "line" in o else None, o.get("time", 1), o) for o in observe]
        self.results: list[bool | None] = [None] * len(observe)
        self.recorded: dict[str, Any] = {}
        self.seen: dict[Place, int] = {}
        self.steps: list[Step] = []
        self.open: Step | None = None
        self.frame: FrameType | None = None
        self.ending = False
        self.lines = 0
        self.places = {self.begin, self.end, *(p for p, _, _ in self.records), *(p for p, _, _ in self.looks if p)}

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Trace the lines of the program itself."""
        cell = cell_of(frame.f_code)
        if cell is ...:
            return None

        def lines(frame: FrameType, event: str, argument: Any) -> Any:
            self.lines += 1
            if self.lines > LINES:
                raise Enough
            place = (cell, frame.f_lineno)
            if self.ending and frame is self.frame and (event == "return" or (event == "line" and place != self.end)):
                self.close(frame)
            if event == "line" and place in self.places:
                self.reached(place, frame)
            return lines

        return lines

    def reached(self, place: Place, frame: FrameType) -> None:
        """Read what the key wants before this line runs."""
        time = self.seen[place] = self.seen.get(place, 0) + 1
        for where, when, record in self.records:
            if where == place and when == time:
                self.recorded[record["name"]] = copy.deepcopy(self.value(record["value"], frame))
        for n, (where, when, look) in enumerate(self.looks):
            if where == place and when == time:
                self.results[n] = bool(self.value(look["holds"], frame))
        if place == self.begin and self.open is None and len(self.steps) < self.wanted:
            self.open, self.frame = self.step(frame), frame
        if place == self.end and self.open is not None and frame is self.frame:
            self.ending = True
        self.stop_when_done()

    @property
    def wanted(self) -> int:
        """The number of steps that the proof needs."""
        return int(self.proof.get("steps", 3))

    def step(self, frame: FrameType) -> Step:
        """Read the batch and the parameters before a step."""
        X, y = (np.array(self.value(self.proof[name], frame), float) for name in ("X", "y"))
        kinds = [np.asarray(self.value(layer["W"], frame)).dtype for layer in self.proof["layers"]]
        return Step(X, y, self.parameters(frame), unit=2.0**-24 if np.float32 in kinds else 2.0**-53)

    def parameters(self, frame: FrameType) -> list[list[Array]]:
        """Read a copy of each layer's weights, and of its bias where it has one."""
        return [
            [np.array(self.value(layer[name], frame), float) for name in ("W", "b") if name in layer]
            for layer in self.proof["layers"]
        ]

    def close(self, frame: FrameType) -> None:
        """Read the parameters after the step."""
        assert self.open is not None
        self.open.after = self.parameters(frame)
        self.steps.append(self.open)
        self.open, self.frame, self.ending = None, None, False
        self.stop_when_done()

    def stop_when_done(self) -> None:
        """End the program when nothing more is wanted of it."""
        if len(self.steps) >= self.wanted and None not in self.results and self.open is None:
            raise Enough

    def value(self, expression: str, frame: FrameType) -> Any:
        """Evaluate an expression of the key in the program's own names."""
        return self.evaluated(expression, {**frame.f_globals, **frame.f_locals})

    def evaluated(self, expression: str, names: dict[str, Any]) -> Any:
        """Evaluate an expression of the key, with NumPy as np and with what was recorded."""
        with contextlib.redirect_stdout(io.StringIO()):
            return eval(expression, {"np": np, **names, **self.recorded})

    def program_ended(self, names: dict[str, Any]) -> None:
        """Make the observations that have no line."""
        for n, (where, _, look) in enumerate(self.looks):
            if where is None:
                self.results[n] = bool(self.evaluated(look["holds"], names))


def cell_of(code: CodeType) -> Any:
    """Return the cell that code was compiled from, None for a script, or ... where it is not the program's."""
    if not code.co_filename.startswith("<program"):
        return ...
    cell = code.co_filename.removeprefix("<program").strip(" >")
    return int(cell) if cell else None


def compiled(source: Source) -> list[CodeType]:
    """Compile the script, or each code cell with its magics left out."""
    codes = []
    for cell, lines in source.items():
        plain = ["pass" if cell is not None and line.lstrip().startswith(("%", "!")) else line for line in lines]
        codes.append(compile("\n".join(plain) + "\n", "<program>" if cell is None else f"<program {cell}>", "exec"))
    return codes


def watch(program: Program, source: Source | None = None) -> Watched:
    """Run a program, or another source of it, until its key's steps and observations are there."""
    source = program.source if source is None else source
    probes = Probes(program, source)
    codes = compiled(source)
    names: dict[str, Any] = {"__name__": "__main__", "__file__": program.path.name}
    with surroundings(program.path):
        tracer = sys.gettrace()  # coverage has one
        sys.settrace(probes)
        try:
            for code in codes:
                exec(code, names)
            if "call" in program.key:
                exec(program.key["call"], names)
        except (Enough, SystemExit):
            pass
        finally:
            sys.settrace(tracer)
        if None in probes.results:
            probes.program_ended(names)
    return Watched(probes.steps, [result is True for result in probes.results])


@contextlib.contextmanager
def surroundings(path: Path) -> Iterator[None]:
    """Give a program its folder, seeds, an empty keyboard and harmless packages, and take its prints away."""
    default_rng = np.random.default_rng
    folder, random_state, numpy_state = Path.cwd(), random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    with (
        in_place_of_modules(harmless()),
        patch.object(logging, "basicConfig"),
        patch.object(sys, "argv", [path.name]),
        patch.object(builtins, "input", lambda *_: ""),
        patch.object(np.random, "default_rng", lambda seed=None: default_rng(0 if seed is None else seed)),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        np.printoptions(),
    ):
        warnings.simplefilter("ignore")
        os.chdir(path.parent)
        try:
            yield
        finally:
            os.chdir(folder)
            random.setstate(random_state)
            np.random.set_state(numpy_state)


@contextlib.contextmanager
def in_place_of_modules(stand_ins: dict[str, Any]) -> Iterator[None]:
    """Have these imported under their names; what else is imported meanwhile stays imported."""
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def harmless() -> dict[str, Any]:
    """Return stand-ins for plotting, progress bars, and the datasets of Keras and torchvision."""
    modules: dict[str, Any] = {
        name: MagicMock(name=name)
        for name in ("matplotlib", "matplotlib.pyplot", "seaborn", "IPython", "IPython.display", "tqdm", "tqdm.auto")
    }
    modules["matplotlib"].pyplot = modules["matplotlib.pyplot"]
    modules["matplotlib.pyplot"].subplots = lambda *_, **__: (MagicMock(), MagicMock())
    for name in ("tqdm", "tqdm.auto"):
        modules[name].tqdm, modules[name].trange = (lambda rows, *_, **__: rows), (lambda n, *_, **__: range(n))
    mnist = types.SimpleNamespace(load_data=small_mnist)
    for name in ("keras", "tensorflow.keras"):
        datasets = types.ModuleType(f"{name}.datasets")
        datasets.mnist = mnist
        modules[f"{name}.datasets"], modules[f"{name}.datasets.mnist"] = datasets, mnist
        modules[name] = types.ModuleType(name)
        modules[name].datasets = datasets
    modules["torchvision"] = types.ModuleType("torchvision")
    modules["torchvision"].datasets = modules["torchvision.datasets"] = types.ModuleType("torchvision.datasets")
    modules["torchvision.datasets"].MNIST = SmallMnist
    modules["tensorflow"] = types.ModuleType("tensorflow")
    modules["tensorflow"].keras = modules["tensorflow.keras"]
    return modules


def small_mnist() -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return scikit-learn's digits in the shape and type of MNIST: 1,500 rows to train on, the others to test."""
    large = (DIGITS.images * 15).astype(np.uint8).repeat(3, axis=1).repeat(3, axis=2)
    images, labels = np.pad(large, ((0, 0), (2, 2), (2, 2))), DIGITS.target.astype(np.uint8)
    return (images[:1500], labels[:1500]), (images[1500:], labels[1500:])


class Tensor(np.ndarray):
    """An array that is asked for its NumPy array, as a tensor is."""

    def numpy(self) -> Any:
        """Return the array."""
        return np.asarray(self)


class SmallMnist:
    """torchvision's MNIST with the images of ``small_mnist``."""

    def __init__(self, root: str, train: bool = True, **_: Any) -> None:
        """Take the images to train on, or those to test."""
        images, labels = small_mnist()[0 if train else 1]
        self.data, self.targets = images.view(Tensor), labels.astype(np.int64).view(Tensor)
