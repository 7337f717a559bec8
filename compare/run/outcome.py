"""All that was found while a script ran: the verdict on the whole of it, and ``result.json``."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from compare.common.errors import BadInput
from compare.core.checks import differing_labels
from compare.core.verdict import Verdict, Word
from compare.run.findings import Call, Called, Ended, Finding, Loaded, Noted
from compare.run.source import Source

WORST_FIRST: tuple[Word, ...] = ("mismatched", "rounding-limited", "matched")


@dataclass
class Outcome:
    """A script and what its process told so far."""

    source: Source
    calls: list[Call] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    ended: Ended | None = None

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        kept: dict[type, list[Any]] = {Call: self.calls, Noted: self.notes, Loaded: self.loaded, Called: self.called}
        if isinstance(finding, Ended):
            self.ended = finding
        elif type(finding) in kept:
            kept[type(finding)].append(finding)

    @property
    def compared(self) -> list[Call]:
        """The calls that were held against scratch."""
        return [call for call in self.calls if call.compared]

    @property
    def not_compared(self) -> list[Call]:
        """Those that could not be."""
        return [call for call in self.calls if not call.compared]

    @property
    def fits(self) -> list[Call]:
        """The compared calls that trained something."""
        return [call for call in self.compared if call.method == "fit"]

    @property
    def main(self) -> Call:
        """The call that the report shows at length: the longest fit, or else the first call that was compared."""
        return max(self.fits, key=lambda call: len(call.apart), default=self.compared[0])

    @property
    def error(self) -> str | None:
        """What ended the script before its end, with its place; None where it came to its end."""
        if self.ended is None:
            return "it was interrupted"
        if self.ended.message is None:
            return None
        place = f"{self.source.place(self.ended.line)}: " if self.ended.line else ""
        return f"{place}{self.ended.message}"

    def without_a_comparison(self) -> BadInput:
        """Say in one sentence why nothing was compared."""
        name = self.source.path.name
        if self.not_compared:
            call = self.not_compared[0]
            return BadInput(
                f"{name}, {self.source.place(call.line)}: {call.method} is out of scope: {call.reason}; a row of Dense "
                "layers can be compared"
            )
        if self.error:
            return BadInput(f"{name}, {self.error}")
        return BadInput(f"{name} calls neither fit nor evaluate nor predict of a Keras model; name a script that does")

    def verdict(self) -> Verdict:
        """Decide about the whole script: the worst of its calls, which the sentence is about."""
        if not self.compared:
            raise self.without_a_comparison()
        word = next(word for word in WORST_FIRST if any(call.verdict.word == word for call in self.compared))  # type: ignore[union-attr]
        call = next(call for call in self.compared if call.verdict and call.verdict.word == word)
        place = self.source.place(call.line)
        assert call.verdict
        if word == "matched":
            sentence = self._matched()
        elif word == "mismatched":
            epoch = f" (the runs depart in epoch {call.verdict.epoch})" if call.verdict.epoch else ""
            sentence = f"in {place}, {call.method}, the first rung that fails is {call.verdict.sentence}{epoch}"
        else:
            sentence = f"in {place}, {self._rounding_limited(call)}"
        return Verdict(word, sentence + self._left_out(), [check for one in self.compared for check in one.checks])

    def _matched(self) -> str:
        counted = Counter(call.method for call in self.compared)
        calls = " and ".join(f"{n} {method}{'s' * (n > 1)}" for method, n in counted.items())
        parts = [f"{calls} held against scratch"]
        if self.fits:
            last = self.fits[-1]
            parts.append(f"after the last fit max|ΔW| is {last.apart[-1]:.2g}")
        labels = [check for call in self.compared for check in call.checks if check.rung == "predicted labels"]
        if labels:
            rows = sum(call.labelled for call in self.compared)
            parts.append(f"{differing_labels(labels)} of {rows:,} predicted labels differ")
        scores = self._scores()
        return ", ".join(parts) + (f"; {scores}" if scores else "")

    def _scores(self) -> str:
        """Name the last score on rows held back, or else on those trained on, of both sides."""
        for call in reversed(self.fits):
            for name in ("val_accuracy", "accuracy", "val_loss", "loss"):
                ours, theirs = (call.history.get(side, {}).get(name) for side in ("scratch", "keras"))
                if ours and theirs:
                    part = "validation" if name.startswith("val_") else "train"
                    base = call.baseline.get(part) if name.endswith("accuracy") else None
                    told = f", baseline {base:.4f}" if base is not None else ""
                    return f"{name} {theirs[-1]:.4f} (Keras) and {ours[-1]:.4f} (scratch){told}"
        return ""

    @staticmethod
    def _rounding_limited(call: Call) -> str:
        if not call.apart or not call.verdict or not call.verdict.epoch:
            return f"{call.method}: {call.verdict.sentence if call.verdict else ''}"
        return (
            f"from epoch {call.verdict.epoch} on this recipe makes rounding errors grow: at the end Keras and scratch "
            f"are {call.apart[-1]:.2g} apart, and scratch and its perturbed runs {call.drift[-1]:.2g}; the run proves "
            "neither a match nor a mistake, though each quantity of a single step agrees"
        )

    def _left_out(self) -> str:
        if not self.not_compared:
            return ""
        calls = "; ".join(f"{self.source.place(call.line)}, {call.method}: {call.reason}" for call in self.not_compared)
        return f". {len(self.compared)} of {len(self.calls)} calls were compared; not compared: {calls}"

    def result(self) -> dict[str, Any]:
        """Gather everything for other programs; of a script that was broken off, what is finished."""
        verdict = self.verdict() if self.compared else None
        return {
            "script": self.source.path.name,
            "datasets": [asdict(loaded) | {"value": None} for loaded in self.loaded],
            "notes": [{"place": self.source.place(note.line), "text": note.text} for note in self.notes],
            "calls": list(self._calls()),
            "verdict": verdict and verdict.word,
            "verdict_sentence": verdict.sentence if verdict else str(self.without_a_comparison()),
            "error": self.error,
            "environment": self.ended.environment if self.ended else {},
        }

    def _calls(self) -> Iterator[dict[str, Any]]:
        for call in self.calls:
            counted = call.labels and {
                "rows": call.labels.rows,
                "classes": call.labels.names,
                "keras": call.labels.keras.tolist(),
                "scratch": call.labels.scratch.tolist(),
            }
            yield {
                "line": call.line,
                "place": self.source.place(call.line),
                "call": call.method,
                "model": call.model,
                "layers": [str(layer) for layer in call.recipe.layers] if call.recipe else None,
                "compared": call.compared,
                "why_not": call.reason,
                "notes": call.notes,
                "verdict": call.verdict and call.verdict.word,
                "verdict_sentence": call.verdict and call.verdict.sentence,
                "verdict_epoch": call.verdict and call.verdict.epoch,
                "rows": {"train": call.rows[0], "validation": call.rows[1]},
                "history": call.history,
                "max_weight_difference": call.apart,
                "rounding_twin": call.drift,
                "difference_from_float64": call.from_float64,
                "confusion": counted,
                "ladder": [asdict(check) for check in call.checks],
                "seconds": call.seconds,
            }
