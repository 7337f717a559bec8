"""Puts what was understood of a training program into words: its model as Keras lines, its names, its conventions.

Everything is worked out from values. Whatever is unusual is left out rather than guessed, and nothing raises.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from compare.check.program.backward import Backward, WrongStep
from compare.check.program.layers import Layer, Model, Strange, feature_axis, find_layers, name_of_op
from compare.check.program.naming import Naming
from compare.check.program.optimizers import Rule
from compare.check.program.reference import Due, Reading, unit
from compare.check.program.result import LineNote
from compare.check.program.steps import Training
from compare.check.program.trace import COMPUTES, Trace

LOG = logging.getLogger(__name__)

OUTPUTS_TOO = ("mse", "binary_crossentropy", "mae")
"""The losses whose mean Keras takes over the outputs, too."""
IN_WORDS = {
    "mse": "the squared error", "binary_crossentropy": "cross-entropy", "categorical_crossentropy": "cross-entropy",
    "nll": "cross-entropy", "mae": "the absolute error",
}  # fmt: skip


@dataclass
class Description:
    """What was understood of a program."""

    model: list[str] = field(default_factory=list)
    symbols: dict[str, str] = field(default_factory=dict)
    layout: str | None = None
    rows: int | None = None
    """Rows a step."""
    conventions: list[str] = field(default_factory=list)
    lines: list[LineNote] = field(default_factory=list)
    strange: Strange | None = None
    first_wrong: WrongStep | None = None
    layers: list[Layer] = field(default_factory=list)


def describe(
    trace: Trace,
    training: Training,
    reading: Reading,
    dues: Sequence[Due],
    rule: Rule | None,
    wrong: frozenset[int] = frozenset(),
) -> Description:
    """Return what a reading and its rule make of a program; ``wrong`` are the chains that move otherwise."""
    found = Description()
    if not dues:
        return found
    teller = Teller(trace, training, reading, dues, rule, wrong or (rule.wrong if rule is not None else frozenset()))
    parts: list[Callable[[Description], None]] = [
        teller.tell_layers, teller.tell_scales, teller.tell_model,
        teller.tell_symbols, teller.tell_conventions, teller.tell_lines,
    ]  # fmt: skip
    for part in parts:
        try:
            part(found)
        except Exception:  # a program may hold anything; the verdict stands without this part
            LOG.debug("not described: %s", part.__name__, exc_info=True)
    return found


@dataclass
class Scales:
    """The numbers that lead from the program's step to Keras's."""

    rows: int
    outputs: int
    keras: list[float]
    """Keras's gradient over that of the summed slopes, for each step."""
    rates: list[float]
    """The learning rate with which Keras moves alike, for each step."""
    own: float | None = None
    """The program's own learning rate."""
    own_name: str | None = None


class Teller:
    """Tells one part after the other; a later part builds on what the ones before it found."""

    def __init__(
        self,
        trace: Trace,
        training: Training,
        reading: Reading,
        dues: Sequence[Due],
        rule: Rule | None,
        wrong: frozenset[int],
    ) -> None:
        self.trace, self.training, self.reading, self.dues, self.rule, self.wrong = (
            trace,
            training,
            reading,
            dues,
            rule,
            wrong,
        )
        self.due = dues[min(1, len(dues) - 1)]
        self.model = Model([])
        self.scales: Scales | None = None
        self.said: list[str] = []
        self.naming = Naming(trace, self.due.window)

    # ------------------------------------------------------------------ layers

    def tell_layers(self, found: Description) -> None:
        """Recognise the forward pass."""
        self.model = find_layers(self.trace, self.due)
        found.layers, found.strange = self.model.layers, self.model.strange
        if self.layers:
            found.rows = self.layers[0].rows
            axis = next((feature_axis(self.trace, layer) for layer in self.layers), None)
            found.layout = "columns" if axis == 0 else "rows"

    @property
    def layers(self) -> list[Layer]:
        """The layers in their order."""
        return self.model.layers

    # ------------------------------------------------------------------ scales

    def tell_scales(self, found: Description) -> None:
        """Work out rows, outputs, and the learning rate with which Keras moves alike."""
        outputs = self.layers[-1].units if self.layers and self.layers[-1].units else None
        labels = [sum(label.size for label in due.labels) for due in self.dues]
        if outputs is None or labels[0] % outputs:
            one = self.due.labels[0]
            outputs = one.shape[1] if one.ndim == 2 else 1
        rows = [max(1, size // outputs) for size in labels]
        name = self.reading.loss.name
        keras = [(2 if name == "mse" else 1) / n / (outputs if name in OUTPUTS_TOO else 1) for n in rows]
        found.rows = max(rows)
        rates: list[float] = []
        if self.rule is not None:
            rates = [c if self.adaptive else c / k for c, k in zip(self.rule.rates, keras, strict=False)]
        self.scales = Scales(max(rows), outputs, keras, rates)
        if rates:
            self._find_own_rate(self.scales)

    @property
    def adaptive(self) -> bool:
        """Whether the rule's rate does not depend on the gradient's scale."""
        return self.rule is not None and self.rule.name.startswith(("adam", "rmsprop", "adagrad"))

    def simple(self, scales: Scales) -> list[float]:
        """Return the scales of a gradient that programs have, the likeliest first."""
        n, u = scales.rows, scales.outputs
        found = [1.0, 1 / n, 2.0, 2 / n, 0.5, 0.5 / n, 1 / (n * u), 2 / (n * u), 1 / u, 2 / u, 0.5 / (n * u)]
        return list(dict.fromkeys(found))

    def _find_own_rate(self, scales: Scales) -> None:
        assert self.rule is not None
        c = self.rule.rates[min(1, len(self.rule.rates) - 1)]
        if c <= 0:
            return
        damped = [1.0, 1 - self.rule.momentum] if self.rule.momentum else [1.0]
        kinds = [1.0] if self.adaptive else self.simple(scales)
        counts = {float(scales.rows), 1 / scales.rows, float(scales.outputs), 1 / scales.outputs} - {1.0}
        named: list[tuple[float, str | None]] = []
        written: list[tuple[float, str | None]] = []
        rest: list[tuple[float, str | None]] = []
        for value, ref in self._factors():
            name = self.naming.setting(ref)
            if value in counts or (name is None and value in (0.5, 1.0, 2.0)):
                rest.append((value, name))
            else:
                (written if name is None else named).append((value, name))
        whole = [k for k in kinds if k not in self.halved(scales)]
        for some in (whole, kinds):
            for factors in (named, written, [(1.0, None)] if some is whole else [], rest, [(1.0, None)]):
                for damping in damped:
                    for k in some:
                        for value, name in factors:
                            if abs(value * k * damping - c) <= 1e-6 * c:
                                scales.own, scales.own_name = value, name
                                return

    def halved(self, scales: Scales) -> list[float]:
        """Return the scales that have a half that no usual loss has."""
        n, u = scales.rows, scales.outputs
        return [x for x in (0.5, 0.5 / n, 0.5 / (n * u)) if x not in (1 / n, 1 / (n * u), 1.0)]

    def _factors(self) -> Iterator[tuple[float, int]]:
        """Yield the numbers by which the update multiplies or divides, taken apart."""
        window, trace = self.due.window, self.trace
        seen: set[int] = set()
        for op in window.way(window.step.after):
            if name_of_op(op) in ("*", "/", "numpy.multiply", "numpy.divide"):
                for ref in op.inputs:
                    if ref not in window.down:
                        yield from self._taken_apart(trace, ref, seen, 0)

    def _taken_apart(self, trace: Trace, ref: int, seen: set[int], depth: int) -> Iterator[tuple[float, int]]:
        if ref in seen or trace.size(ref) != 1 or depth > 6:
            return
        seen.add(ref)
        row = trace.rows[ref]
        made = trace.maker[ref] if row[0] != "plain" else -1
        op = trace.ops[made] if made >= 0 else None
        if op is not None and name_of_op(op) in ("*", "/"):
            for one in op.inputs:
                yield from self._taken_apart(trace, one, seen, depth + 1)
        value = trace.array(ref)
        if value is not None and value.size == 1 and np.isfinite(value).all() and float(value.ravel()[0]) > 0:
            yield float(value.ravel()[0]), ref

    # ------------------------------------------------------------------ the model in Keras

    def tell_model(self, found: Description) -> None:
        """Write the Keras lines."""
        if not self.layers or any(layer.units is None for layer in self.layers):
            return
        first = self.layers[0]
        lines = ["model = keras.Sequential([", f"    keras.Input(({(first.features or 0) - first.ones},)),"]
        l2 = self._l2()
        for layer in self.layers:
            arguments = [str(layer.units)]
            if layer.activation is None:
                arguments.append("activation=…")
            elif (
                layer is self.layers[-1] and layer.activation.name == "log_softmax" and self.reading.loss.name == "nll"
            ):
                arguments.append('activation="softmax"')
            elif layer.activation.keras:
                arguments.append(layer.activation.keras)
            if not layer.biases and not layer.ones:
                arguments.append("use_bias=False")
            if l2:
                arguments += self._regularizers(layer, l2)
            lines.append(f"    keras.layers.Dense({', '.join(arguments)}),")
        lines.append("])")
        optimizer = self._optimizer()
        loss = self._loss()
        if optimizer:
            lines.append(f'model.compile(optimizer={optimizer}, loss="{loss}")')
            X, y = self.naming.data(first.inputs, first.products), self._label_name()
            rows = self.scales.rows if self.scales else found.rows
            lines.append(f"model.fit({X or 'X'}, {y or 'y'}, batch_size={rows})")
        found.model = lines

    def _loss(self) -> str:
        name = self.reading.loss.name
        if name in ("categorical_crossentropy", "nll"):
            return "sparse_categorical_crossentropy" if self.reading.form == "entry" else "categorical_crossentropy"
        return name

    def _optimizer(self) -> str | None:
        rule, scales = self.rule, self.scales
        if rule is None or scales is None or not scales.rates:
            return None
        rate = f"learning_rate={_number(scales.rates[0] if self._falls() else float(np.median(scales.rates)))}"
        if rule.name in ("momentum", "nesterov"):
            also = ", nesterov=True" if rule.name == "nesterov" else ""
            return f"keras.optimizers.SGD({rate}, momentum={_number(rule.momentum)}{also})"
        if self.adaptive:
            # the rule's epsilon belongs to the gradient of the summed slopes, Keras's to that of the mean
            epsilon = f"epsilon={_number(rule.epsilon * scales.keras[0])}"
            if rule.name.startswith("adam"):
                return (
                    f"keras.optimizers.Adam({rate}, beta_1={_number(rule.momentum)}, "
                    f"beta_2={_number(rule.beta_2)}, {epsilon})"
                )
            if rule.name == "rmsprop":
                return f"keras.optimizers.RMSprop({rate}, rho={_number(rule.beta_2)}, {epsilon})"
            return f"keras.optimizers.Adagrad({rate}, initial_accumulator_value=0, {epsilon})"
        return f"keras.optimizers.SGD({rate})"

    def _l2(self) -> float:
        """Return Keras's factor of the sum of squares; 0 where there is none."""
        if self.rule is None or not self.rule.l2 or self.scales is None:
            return 0.0
        return self.rule.l2 * self.scales.keras[min(1, len(self.scales.keras) - 1)] / 2

    def _regularizers(self, layer: Layer, l2: float) -> list[str]:
        assert self.rule is not None
        penalized = {self.due.window.step.before[n] for n in self.rule.penalized}
        found = []
        for name, refs in (("kernel", layer.weights), ("bias", layer.biases)):
            if any(self.naming.source(ref) in penalized for ref in refs) or (not penalized and name == "kernel"):
                found.append(f"{name}_regularizer=keras.regularizers.L2({_number(l2)})")
        return found

    def _label_name(self) -> str | None:
        for meeting in self.due.window.meetings:
            if meeting.op.node == self.reading.node and meeting.form == self.reading.form:
                return self.naming.operand(meeting.op, meeting.label) or self.naming.index(meeting.op, meeting.label)
        return None

    # ------------------------------------------------------------------ names

    def tell_symbols(self, found: Description) -> None:
        """Find the program's own name for each letter."""
        if not self.layers:
            return
        several = len(self.layers) > 1
        first = self.layers[0]
        X = self.naming.data(first.inputs, first.products)
        if X:
            found.symbols["X"] = X
        y = self._label_name()
        if y:
            found.symbols["y"] = y
        self.backward = Backward(
            self.trace, self.due, self.layers, self.rule, self.wrong, self.naming, self.scale_set()
        )
        parts = {
            "W": [self.naming.weights([(p.op, p.weights) for p in layer.products]) for layer in self.layers],
            "b": [self.naming.biases(layer.biases) for layer in self.layers],
            "z": [self.naming.values(layer.z) for layer in self.layers],
            "a": [self.naming.values(layer.a) if layer.a != layer.z else [] for layer in self.layers],
            **{letter: self.backward.names(letter) for letter in ("dz", "dW", "db")},
        }
        for letter, choices in parts.items():
            for n, name in enumerate(_distinct(choices), start=1):
                if name:
                    found.symbols[f"{letter}{n}" if several else letter] = name

    def scale_set(self) -> list[float]:
        """Return the constants that a gradient of the program may have, over that of the summed slopes."""
        if self.scales is None:
            return [1.0]
        found = self.simple(self.scales)
        if self.rule is not None and self.rule.rates:
            c = self.rule.rates[min(1, len(self.rule.rates) - 1)]
            found.append(c)
            if self.scales.own:
                found += [c / self.scales.own, *(k * self.scales.own for k in self.simple(self.scales))]
        return list(dict.fromkeys(found))

    # ------------------------------------------------------------------ conventions

    def tell_conventions(self, found: Description) -> None:
        """Say what differs from Keras without being a mistake."""
        say = found.conventions.append
        self.said = found.conventions
        scales, rule = self.scales, self.rule
        if scales is not None and rule is not None and scales.own and not self.adaptive and min(rule.rates) > 0:
            sentence = self._scale_sentence(scales, rule)
            if sentence:
                say(sentence)
        if scales is not None and scales.rows == 1:
            say("one row a step: batch_size=1")
        if found.layout == "columns":
            say("examples in columns, where Keras has them in rows")
        for sentence in self._bias_sentences():
            say(sentence)
        if rule is not None and scales is not None:
            for sentence in self._rule_sentences(rule, scales):
                say(sentence)
        if self.reading.loss.name == "nll":
            say("log-softmax with the negative log-likelihood: together they are Keras's softmax with cross-entropy")
        labels = np.concatenate([label.ravel() for due in self.dues for label in due.labels])
        if np.isin(labels, (-1.0, 1.0)).all() and (labels < 0).any() and (labels > 0).any():
            say("targets of -1 and 1")
        printed = self._printed()
        if printed:
            say(f"this descends {IN_WORDS[self.reading.loss.name]}, and the loss that you print is {printed}")

    def _scale_sentence(self, scales: Scales, rule: Rule) -> str | None:
        n = min(1, len(scales.rates) - 1)
        assert scales.own is not None
        damping = 1.0
        factor = scales.rates[n] / scales.own
        if rule.name == "momentum" and not self._is_simple(factor, scales) and rule.momentum < 1:
            damping = 1 - rule.momentum
            factor /= damping
        if damping == 1 and abs(factor - 1) < 1e-6:
            return None
        N, U = scales.rows, scales.outputs
        mse = self.reading.loss.name == "mse"
        over_outputs = self.reading.loss.name in OUTPUTS_TOO and U > 1
        sums, averages = [], []
        rows_name, outputs_name = ("N" if N > 1 else ""), ("outputs" if over_outputs else "")
        for rows_in in (False, True) if N > 1 else (False,):
            for outputs_in in (True, False) if over_outputs else (False,):
                for two in (0.5, 1.0, 0.25) if mse else (1.0, 0.5, 2.0):
                    value = (N if rows_in else 1) * (U if outputs_in else 1) * two
                    if abs(value - factor) <= 1e-6 * factor:
                        text = " × ".join(
                            name for name, there in ((rows_name, rows_in), (outputs_name, outputs_in)) if there
                        )
                        text = (text or "1") + {0.5: "/2", 1.0: "", 0.25: "/4", 2.0: " × 2"}[two]
                        if rows_in and (outputs_in or not over_outputs):
                            sums.append("you sum where Keras averages")
                        elif rows_in:
                            sums.append("you sum over the rows where Keras averages")
                        elif outputs_in:
                            sums.append("you sum over the outputs where Keras averages")
                        averages += {
                            (True, 0.5): ["leave out the 2: half the squared error"],
                            (True, 0.25): ["halve the slope once more"],
                            (False, 0.5): ["halve the loss"], (False, 2.0): ["have a 2"],
                        }.get((mse, two), [])  # fmt: skip
                        said = sums + averages
                        if not said and damping == 1:
                            return None
                        if said and not sums:
                            said[0] = f"you {said[0]}"
                        damped = f" × (1 − {_number(rule.momentum)})" if damping != 1 else ""
                        text, damped = (damped.removeprefix(" × "), "") if damped and text == "1" else (text, damped)
                        why = ", and ".join(said)
                        if damping != 1:
                            why = (why + ", and " if why else "") + "your momentum is damped: v = β v + (1 − β) g"
                        value_text = f" (N = {N})" if rows_in else ""
                        return f"your step is Keras's with learning rate × {text}{damped}{value_text}: {why}"
        return f"your step is Keras's with learning rate × {factor * damping:.6g}"

    def _is_simple(self, factor: float, scales: Scales) -> bool:
        k = factor * scales.keras[min(1, len(scales.keras) - 1)]
        return any(abs(k - one) <= 1e-6 * one for one in self.simple(scales))

    def _bias_sentences(self) -> Iterator[str]:
        layers = self.layers
        ones = [layer for layer in layers if layer.ones]
        none = [layer for layer in layers if not layer.ones and not layer.biases]
        if ones:
            where = "X" if ones[0].number == 1 else "the layer's input"
            kind = "row" if feature_axis(self.trace, ones[0]) == 0 else "column"
            yield f"the bias is a {kind} of ones in {where}"
        if none and len(none) == len(layers):
            yield "no bias: use_bias=False"
        elif none:
            yield f"no bias in layer {', '.join(str(layer.number) for layer in none)}: use_bias=False"
        if any(layer.minus for layer in layers):
            yield "what stands there as a threshold is subtracted: Keras's bias with the other sign"

    def _rule_sentences(self, rule: Rule, scales: Scales) -> Iterator[str]:
        l2 = self._l2()
        if l2:
            penalized = {self.due.window.step.before[n] for n in rule.penalized}
            both = any(self.naming.source(ref) in penalized for layer in self.layers for ref in layer.biases)
            yield (
                f"L2: kernel_regularizer=L2({_number(l2)})"
                + (f", and bias_regularizer=L2({_number(l2)})" if both else "")
            )
        if rule.name == "momentum" and self._pytorch_form():
            yield "momentum in PyTorch's form: the learning rate stands outside the velocity"
        rates = np.array(scales.rates)
        if (
            len(rates) > 2
            and not np.allclose(rates, rates[0], rtol=1e-6)
            and (np.diff(rates) <= 1e-12 * rates[0]).all()
        ):
            yield "the learning rate falls from step to step"
        if rule.name.startswith("adam") and rule.epsilon:
            place = self._epsilon_place()
            if place:
                yield place
        if self.trace.rows and any("f4" in str(self.trace.rows[ref][1:2]) for ref in self.due.window.step.before):
            yield "float32"

    def _falls(self) -> bool:
        """Return whether the learning rate falls from step to step."""
        rates = np.array(self.scales.rates if self.scales else [])
        if len(rates) < 3 or np.allclose(rates, rates[0], rtol=1e-6):
            return False
        return bool((np.diff(rates) <= 1e-12 * abs(rates[0])).all())

    def _pytorch_form(self) -> bool:
        """Return whether a velocity goes on that is the increment over the learning rate."""
        window, trace = self.due.window, self.trace
        own = self.scales.own if self.scales else None
        if own is None or own == 1 or any("momentum is damped" in sentence for sentence in self.said):
            return False
        moved = []
        for n, g in enumerate(self.due.gradients):
            if g is not None and g.size > 1:
                before, after = trace.array(window.step.before[n]), trace.array(window.step.after[n])
                if before is not None and after is not None:
                    moved.append(after - before)
        for n, g in enumerate(self.due.gradients):
            if g is None:
                v = trace.array(window.step.after[n])
                for d in moved:
                    if (
                        v is not None
                        and v.shape == d.shape
                        and np.allclose(np.abs(v * own), np.abs(d), rtol=1e-6, atol=1e-12)
                    ):
                        return True
        return False

    def _epsilon_place(self) -> str | None:
        """Say where epsilon is added, if that is not where Keras adds it."""
        window, trace = self.due.window, self.trace
        for op in window.way(window.step.after):
            if name_of_op(op) != "+":
                continue
            tiny = [
                ref for ref in op.inputs
                if ref not in window.down and trace.size(ref) == 1 and (x := trace.array(ref)) is not None
                and 0 < float(x.ravel()[0]) < 1e-3
            ]  # fmt: skip
            if tiny and any(name_of_op(trace.ops[at]).rpartition(".")[2] == "sqrt" for at in trace.users[op.out]):
                return "epsilon stands inside the square root, where Keras adds it outside"
            if tiny and trace.maker[tiny[0]] >= 0 and trace.ops[trace.maker[tiny[0]]].kind == "number":
                return "epsilon is added after the correction, as in Adam's paper; Keras adds it before"
        return None

    def _printed(self) -> str | None:
        """Return in words the loss that the program reports of its steps, where it is another one than it descends."""
        own = IN_WORDS[self.reading.loss.name]
        said: list[str] = []
        for due in self.dues:
            known = self._losses_of(due)
            for ref in self._reported(due) if known else ():
                x = self.trace.array(ref)
                if x is not None and x.size == 1:
                    value = float(x.ravel()[0])
                    slack = 1e-9 if max(unit(self.trace, r) for r in (ref, *due.predictions)) < 1e-10 else 1e-5
                    said += [words for words, v in known if v and abs(v - value) <= slack * abs(v)]
        return said[0] if said and own not in said else None

    def _losses_of(self, due: Due) -> list[tuple[str, float]]:
        """Return what a program may report of a step: each loss in each scale."""
        a = [np.asarray(self.trace.array(ref), float).ravel() for ref in due.predictions]
        if not a or sum(x.size for x in a) < 2:
            return []
        p, t = np.concatenate(a), np.concatenate([label.ravel() for label in due.labels])
        n = self.scales.rows if self.scales else 1
        squares, gaps = float(np.sum((p - t) ** 2)), float(np.sum(np.abs(p - t)))
        scaled: list[tuple[float, str, tuple[float, ...]]] = [
            (squares, "the squared error", (1, 0.5, 1 / n, 0.5 / n, 1 / p.size, 0.5 / p.size))
        ]
        scaled.append((gaps, "the absolute error", (1, 1 / n, 1 / p.size)))
        if ((p >= 0) & (p <= 1)).all() and ((t >= 0) & (t <= 1)).all():
            total = -float(np.sum(t * np.log(np.maximum(p, 1e-300))))
            both = total - float(np.sum((1 - t) * np.log(np.maximum(1 - p, 1e-300))))
            scaled += [(x, "cross-entropy", (1, 1 / n, 1 / p.size)) for x in (total, both)]
        return [(words, x * k) for x, words, factors in scaled for k in factors]

    def _reported(self, due: Due) -> Iterator[int]:
        """Yield the single numbers that a step computes beside its update."""
        trace, step = self.trace, due.window.step
        used = due.window.upstream(step.after)
        for op in trace.ops[step.first : step.end]:
            if op.kind in COMPUTES and op.out not in used and trace.size(op.out) == 1 and trace.is_float(op.out):
                yield op.out

    # ------------------------------------------------------------------ lines

    def tell_lines(self, found: Description) -> None:
        """Say of each line of the step what it is."""
        found.lines = self.backward.lines(found.symbols)
        if self.wrong:
            found.first_wrong = self.backward.first_wrong(found.symbols)


def _distinct(choices: Sequence[Sequence[str]]) -> list[str | None]:
    """Return one name a layer, of names of one kind: the first kind in which no two layers share a name."""
    kinds = max((len(names) for names in choices), default=0)
    for n in range(kinds):
        names = [one[n] if n < len(one) else (one[-1] if one else None) for one in choices]
        there = [name for name in names if name]
        if len(set(there)) == len(there):
            return names
    return [one[0] if one else None for one in choices]


def _number(x: float) -> str:
    """Write a number as a program would."""
    return f"{float(f'{x:.6g}'):g}" if abs(x) < 1e-3 or abs(x) >= 1e6 else f"{float(f'{x:.6g}')!r}"
