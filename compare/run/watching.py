"""Keras's methods while a script runs: each does what it does, and is held against scratch.

The script gets from every call what Keras itself returns. What is done beside it leaves Python's and NumPy's random
numbers as they were.
"""

import inspect
import random
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from itertools import count
from typing import Any

import numpy as np

from compare.core.checks import Check, climbed, compared
from compare.core.frameworks import keras_framework, scratch_framework
from compare.core.recipe import Unsupported
from compare.core.training import PERTURBED, REFERENCE, Size, apart
from compare.core.verdict import Verdict, judge
from compare.run.findings import Began, Call, Finding
from compare.run.following import (
    Following,
    all_outputs,
    baseline,
    check_outputs,
    count_labels,
    mean_tolerance,
    rows_named,
)
from compare.run.keras_models import Compiled, Read, read_model
from compare.run.numpy_side import NumpySide
from compare.run.replacing import replaced
from compare.run.requests import DEFAULT_BATCH, FitRequest, Rows, fit_request, rows_of
from scratch.arrays import Array

BRIEF_ROWS = 200
BRIEF_BATCHES = 2.5
"""For the guide alone, so many rows are answered, and so many batches trained on."""

NOT_COMPARABLE = (Unsupported, ValueError, TypeError, ImportError, AttributeError, LookupError, RuntimeError)
"""What may come up beside the script, which goes on: the call is then listed with the reason."""

NOT_FOLLOWED = ("train_on_batch", "test_on_batch", "predict_on_batch")


class Watcher:
    """Watches the calls of one script; ``emit`` is told what is found."""

    def __init__(
        self, keras: Any, filename: str, emit: Callable[[Finding], None], epochs: int | None, train_size: int | None,
        brief: bool = False,
    ) -> None:  # fmt: skip
        self.keras, self.filename, self.emit = keras, filename, emit
        self.epochs, self.train_size, self.brief = 1 if brief else epochs, train_size, brief
        self.side = NumpySide()
        self.lines: dict[int, int] = {}
        self.made: list[Any] = []
        self.compiled: dict[int, Compiled] = {}
        self.limited: set[int] = set()
        self.climbed: list[tuple[Any, ...]] = []
        self.numbers = count(1)
        self.told: set[tuple[str, int | None]] = set()
        self.busy = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Put the watching methods in the place of Keras's."""
        watched = {"fit": self.fit, "evaluate": self.evaluate, "predict": self.predict, "compile": self.compile}
        watched |= {name: self._not_followed(name) for name in NOT_FOLLOWED}
        with ExitStack() as entered:
            for name, method in watched.items():
                # where it is written: Keras asks whether a model's ``compile`` is its own
                owner = next(kind for kind in self.keras.Model.__mro__ if name in vars(kind))
                entered.enter_context(replaced(owner, name, self._method(name, method)))
            entered.enter_context(replaced(self.keras.Layer, "__new__", self._new()))
            yield

    def _new(self) -> Any:
        """Return what makes every layer, and notes the line that asks for it."""
        original, watcher = self.keras.Layer.__new__, self

        def new(cls: type, *args: Any, **kwargs: Any) -> Any:
            layer, line = original(cls, *args, **kwargs), watcher.line()
            if line is not None and not watcher.busy:
                watcher.lines[id(layer)] = line
                watcher.made.append(layer)  # kept alive, so that no other is given its id
            return layer

        return staticmethod(new)

    def _method(self, name: str, watched: Callable[..., Any]) -> Callable[..., Any]:
        original, watcher = getattr(self.keras.Model, name), self
        parameters = inspect.signature(original)

        @wraps(original)
        def method(model: Any, *args: Any, **options: Any) -> Any:
            if watcher.busy:
                return original(model, *args, **options)
            try:
                given = dict(parameters.bind(model, *args, **options).arguments)
            except TypeError:
                return original(model, *args, **options)  # which says what is wrong
            given.pop("self")
            given |= given.pop("kwargs", {})
            return watched(model, lambda **changed: watcher._plainly(original, model, given | changed), given)

        return method

    def _plainly(self, original: Callable[..., Any], model: Any, given: dict[str, Any]) -> Any:
        """Call a method of Keras's own, which calls others."""
        busy, self.busy = self.busy, True
        try:
            return original(model, **given)
        finally:
            self.busy = busy

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Do something beside the script: it is not watched, and its random numbers are not touched."""
        ours = random.getstate(), np.random.get_state()
        busy, self.busy = self.busy, True
        try:
            yield
        finally:
            self.busy = busy
            random.setstate(ours[0])
            np.random.set_state(ours[1])

    def line(self) -> int | None:
        """Return the line of the script that is being executed."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.filename:
            frame = frame.f_back
        return frame.f_lineno if frame else None

    def compile(self, model: Any, original: Callable[..., Any], given: dict[str, Any]) -> Any:
        """Remember what a model is compiled with."""
        result = original()
        others = {name: value for name, value in given.items() if name not in ("loss", "optimizer", "metrics")}
        compiled = Compiled(given.get("loss"), model.optimizer, given.get("metrics"), self.line(), others)
        self.compiled[id(model)] = compiled
        self.made.append(model)
        return result

    def _call(self, method: str, model: Any) -> Call:
        return Call(next(self.numbers), method, self.line(), model.name)

    def _not_followed(self, name: str) -> Callable[..., Any]:
        def watched(model: Any, original: Callable[..., Any], given: dict[str, Any]) -> Any:
            line = self.line()
            if (name, line) not in self.told:
                self.told.add((name, line))
                call = self._call(name, model)
                call.reason = f"{name} is not followed; what it does to the weights is taken over from Keras"
                self.emit(call)
            return original()

        return watched

    def _read(self, model: Any, x: Array, call: Call, compiled: bool) -> Read:
        """Read a model that is built, or is now, for rows like those of x; note what of it is left out."""
        shape = x.shape[1:] or (1,)
        if not model.built:
            if isinstance(model, self.keras.Sequential):
                model.build((None, *shape))
            else:
                model(x[:1])
        read = read_model(model, self.compiled.get(id(model)) if compiled else None, self.lines, shape)
        if compiled and read.recipe.loss is None:
            raise Unsupported(f"{model.name} is not compiled")
        call.recipe = read.recipe
        if read.left_out:
            call.notes.append(f"left out, for scratch has no such metric: {', '.join(read.left_out)}")
        if self.side.take_over(read):
            call.notes.append("the weights were changed since the last call: every run starts from Keras's")
        return read

    def _uncompared(self, call: Call, reason: object) -> None:
        kind = "" if isinstance(reason, Unsupported | ValueError | str) else f"{type(reason).__name__}: "
        call.reason = kind + " ".join(str(reason).split())
        self.emit(call)

    # fit

    def fit(self, model: Any, original: Callable[..., Any], given: dict[str, Any]) -> Any:
        """Train, with scratch beside."""
        call = self._call("fit", model)
        changes: dict[str, Any] = {"verbose": 0} | ({"epochs": self.epochs} if self.epochs else {})
        given = given | changes
        if "initial_epoch" in given and self.epochs:
            changes["epochs"] = given["epochs"] = given["initial_epoch"] + self.epochs
        try:
            with self.unseen():
                request = self._request(given, call.number)
                read = self._read(model, request.feed.x, call, compiled=True)
                following = Following(read, self.side, model.optimizer, request, call.number)
        except NOT_COMPARABLE as error:
            self._uncompared(call, error)
            return original(**changes | self._fewer(given))
        epochs = given.get("epochs", 1) - given.get("initial_epoch", 0)
        rows = len(request.feed.x), len(request.held_out[0]) if request.held_out else 0
        self.emit(Began(call.number, "fit", call.line, model.name, *rows, epochs))
        result = original(**changes | self._handed_over(request, following, given))
        with self.unseen():
            try:
                self._finish(call, following, model)
            except NOT_COMPARABLE as error:
                self._uncompared(call, error)
        return result

    def _request(self, given: dict[str, Any], number: int) -> FitRequest:
        train_size = self.train_size
        if self.brief:
            train_size = int(BRIEF_BATCHES * int(given.get("batch_size") or DEFAULT_BATCH))
        request = fit_request(given, self.keras.config.floatx(), train_size, np.random.default_rng(number))
        if self.brief and request.held_out:
            few = tuple(None if part is None else part[:BRIEF_ROWS] for part in request.held_out)
            return FitRequest(request.feed, few, request.options)  # type: ignore[arg-type]
        return request

    def _fewer(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the rows that ``--train-size`` leaves of arrays, for a fit that is not compared."""
        size = self.train_size or (BRIEF_ROWS if self.brief else None)
        parts = {name: given.get(name) for name in ("x", "y", "sample_weight")}
        if size is None or not hasattr(parts["x"], "shape"):
            return {}
        return {name: part[:size] for name, part in parts.items() if part is not None}

    def _handed_over(self, request: FitRequest, following: Following, given: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments that hand Keras the same batches in the same order, and us its epochs."""
        feed = request.feed

        class Batches(self.keras.utils.PyDataset):  # type: ignore[misc, name-defined]
            def __len__(self) -> int:
                return len(feed)

            def __getitem__(self, number: int) -> Any:
                return feed.batch(number)

        batches = Batches()
        callbacks = self.keras.tree.flatten(given.get("callbacks") or [])
        validation = request.held_out and tuple(part for part in request.held_out if part is not None)
        return {
            "x": batches,
            "y": None,
            "batch_size": None,
            "sample_weight": None,
            "validation_split": 0.0,
            "validation_data": validation,
            "validation_batch_size": given.get("validation_batch_size") or feed.batch_size,
            "shuffle": False,
            "steps_per_epoch": None,
            "callbacks": [*callbacks, following.callback(self.keras, self.emit, batches)],
        }

    def _finish(self, call: Call, following: Following, model: Any) -> None:
        """Check everything that a fit did, and keep what the runs have come to."""
        read, runs, request = following.read, following.runs, following.request
        if following.broken or not runs.scratch.epochs:
            self.side.take_over(read, anyway=True)
            self._uncompared(call, following.broken or "no epoch was trained")
            return
        settled = following.settle()
        if settled:
            call.notes.append(settled)
        key = call.line, read.recipe.layers, read.recipe.shape
        recipe = read.recipe
        first_time = key not in self.climbed
        if first_time:
            self.climbed.append(key)
        if request.weighted and first_time:
            call.notes.append("the ladder's single step is without the weights of rows and classes; the run has them")
        if first_time and recipe.drops:
            call.notes.append("the ladder's single step keeps every input; in the run both sides drop the same ones")
        try:
            checks = list(climbed(following.checks(keras_framework(), scratch_framework(), first_time)))
        except TypeError as error:  # something that intervals have no rule for
            call.notes.append(f"the single step is not climbed layer by layer, for its rounding has no bound: {error}")
            checks = list(climbed(following.checks(keras_framework(), scratch_framework(), False)))
        self.side.keep(read, following.models)
        call.rows = runs.size.train, runs.size.validation
        call.batch_size = runs.size.batch_size
        judged = judge(runs, checks, needs_excess=True)
        if judged.word != "mismatched":
            for part, (x, y) in rows_named(request.feed, request.held_out).items():
                outputs = all_outputs(read, model.predict, following.models, x)
                checks += check_outputs(read.recipe, following.models, outputs, x, part)
                call.labelled += _labelled(checks[-1], outputs)
                call.labels = count_labels(outputs, y, read.recipe, part)
                share = baseline(y, call.labels)
                if share is not None:
                    call.baseline[part] = share
            judged = judge(runs, checks, needs_excess=True)
        call.checks = checks
        call.verdict = Verdict(judged.word, judged.sentence, epoch=judged.epoch)
        if judged.word == "rounding-limited":
            self.limited |= {id(variable) for variable in read.variables}
        call.history = {name: runs.runs[name].history for name in ("keras", "scratch")}
        call.seconds = {name: runs.runs[name].seconds for name in ("keras", "scratch")}
        ours, last = runs.scratch.weights, runs.scratch.epochs
        call.apart = [apart(runs.keras.weights[epoch], ours[epoch]) for epoch in range(1, last + 1)]
        call.drift = [runs.drift(epoch) for epoch in range(1, last + 1)]
        call.history_drift = {name: runs.history_drift(name).tolist() for name in following.reported}
        call.history_tolerance = {name: runs.history_tolerance(name).tolist() for name in following.reported}
        if runs.reference:
            exact = runs.reference.weights[-1]
            call.from_float64 = {name: apart(runs.runs[name].weights[-1], exact) for name in ("keras", "scratch")}
        self.emit(call)

    # evaluate and predict

    def evaluate(self, model: Any, original: Callable[..., Any], given: dict[str, Any]) -> Any:
        """Evaluate, and let scratch do so."""
        call = self._call("evaluate", model)
        logs = original(verbose=0, return_dict=True)
        result = logs if given.get("return_dict") else model._flatten_metrics_in_order(logs)
        with self.unseen():
            try:
                rows = rows_of(given.get("x"), given.get("y"), given.get("sample_weight"), self.keras.config.floatx())
                read = self._read(model, rows[0], call, compiled=True)
                checks = list(self._evaluated(read, rows, int(given.get("batch_size") or DEFAULT_BATCH), logs))
            except NOT_COMPARABLE as error:
                self._uncompared(call, error)
                return result
            call.history = {"keras": {name: [float(value)] for name, value in logs.items()}}
            self._settle(call, read, checks, len(rows[0]))
        return result

    def _evaluated(self, read: Read, rows: Rows, batch_size: int, logs: dict[str, Any]) -> Iterator[Check]:
        x, y, weights = rows
        options = {} if weights is None else {"sample_weight": weights}
        scores = {
            name: model.evaluate(x, y, batch_size=batch_size, verbose=0, return_dict=True, **options)
            for name, model in self.side.models(read).items()
        }
        ours, size = scores["scratch"], Size(len(x), 0, batch_size, read.recipe.dtype)
        scale = max(1.0, float(np.abs(np.asarray(y, float)).max(initial=0.0)))
        for name in ours:
            if name not in logs:
                continue
            drifted = max(abs(scores[run][name] - ours[name]) for run in PERTURBED)
            allowed = 2 * drifted + mean_tolerance(name, np.asarray(ours[name]), size, len(x), scale)
            exact = scores[REFERENCE][name] if REFERENCE in scores else None
            yield compared("evaluate", name, float(logs[name]), ours[name], allowed, exact)

    def predict(self, model: Any, original: Callable[..., Any], given: dict[str, Any]) -> Any:
        """Predict, and let scratch do so."""
        call = self._call("predict", model)
        result = original(verbose=0)
        with self.unseen():
            try:
                x, _, _ = rows_of(given.get("x"), (), None, self.keras.config.floatx())
                x = x[:BRIEF_ROWS] if self.brief else x
                compiled = id(model) in self.compiled
                read = self._read(model, x, call, compiled)
                models = self.side.models(read)
                outputs = all_outputs(read, lambda rows, **options: result[: len(rows)], models, x)
                checks = list(check_outputs(read.recipe, models, outputs, x, "predict"))
            except NOT_COMPARABLE as error:
                self._uncompared(call, error)
                return result
            call.labelled = _labelled(checks[-1], outputs)
            self._settle(call, read, checks, len(x))
        return result

    def _settle(self, call: Call, read: Read, checks: list[Check], rows: int) -> None:
        """Decide about a call that trains nothing: what trained before may have been ruled by rounding."""
        call.checks, call.rows = checks, (rows, 0)
        failed = next((check for check in checks if check.ok is False), None)
        if failed is None:
            call.verdict = Verdict("matched", "both sides agree to within what rounding explains")
        elif self.limited & {id(variable) for variable in read.variables}:
            call.verdict = Verdict("rounding-limited", f"the training before it was; {failed}")
        else:
            call.verdict = Verdict("mismatched", str(failed))
        self.emit(call)


def _labelled(last: Check, outputs: dict[str, Array]) -> int:
    return len(outputs["scratch"]) if last.rung == "predicted labels" else 0
