"""Mistakes that one step does not show: each is found in a short program, and its right twin is left in peace."""

import contextlib
import io
import textwrap
from dataclasses import dataclass

import numpy as np
import pytest

from compare.check.program.diagnose import diagnose
from compare.check.program.finding import Edit, Finding
from compare.check.program.origins import Follower
from compare.check.program.rows import wrong_rows
from compare.check.program.trace import Program, Trace
from compare.check.sandbox.instrument import instrument
from compare.check.sandbox.recorder import Enough, Recorder


def watched(source: str) -> Trace:
    """Return the recording of a program that is run here."""
    recorder = Recorder(60000, 20.0)
    names = {"__name__": "__main__", **recorder.hooks}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Enough), np.errstate(all="ignore"):
        for code in instrument([source]):
            exec(code, names)
    return Trace(recorder.table(), lambda refs: {ref: recorder.value(ref) for ref in refs}, Program([source]))


def findings(trace: Trace) -> list[Finding]:
    """Return what is found in a recording."""
    diagnosis = diagnose(trace)
    if diagnosis is None:
        return wrong_rows(trace, None, None)
    reading = diagnosis.right or next(iter(diagnosis.dues), None)
    return wrong_rows(trace, diagnosis.training, reading)


def edited(source: str, edit: Edit) -> str:
    """Return a program with an edit."""
    program = Program([source])
    begins = np.cumsum([0, *(len(line) for line in source.splitlines(keepends=True))])
    parts = []
    for node, text in edit:
        place = program.place(node)
        parts.append((begins[place.line - 1] + place.column, begins[place.end_line - 1] + place.end_column, text))
    for begin, end, text in sorted(parts, reverse=True):
        source = source[:begin] + text + source[end:]
    return source


@dataclass(frozen=True)
class Twins:
    """A wrong program and its right twin: the line that is wrong, the mistake's name, what stands there instead."""

    name: str
    wrong: str
    right: str
    source: str

    @property
    def wrong_source(self) -> str:
        """The program with its mistake."""
        return textwrap.dedent(self.source).replace("HERE", self.wrong)

    @property
    def right_source(self) -> str:
        """The program without it."""
        return textwrap.dedent(self.source).replace("HERE", self.right)

    @property
    def lines(self) -> list[int]:
        """The lines that differ."""
        return [n for n, line in enumerate(textwrap.dedent(self.source).splitlines(), 1) if "HERE" in line]


BATCHES = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(23, 3))
    y = rng.normal(size=(23, 1))
    w, b = np.zeros((3, 1)), np.zeros(1)
    size = 5
    for epoch in range(4):
        order = rng.permutation(23)
        for k in range(HERE):
            pick = order[k * size:(k + 1) * size]
            e = (X[pick] @ w + b - y[pick]) / len(pick)
            w -= 0.1 * X[pick].T @ e
            b -= 0.1 * e.sum(axis=0)
"""
SLICES = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    y = rng.normal(size=(40, 1))
    w, b = np.zeros((3, 1)), np.zeros(1)
    for epoch in range(4):
        for k in range(5):
            xb, yb = HERE
            e = (xb @ w + b - yb) / len(xb)
            w -= 0.1 * xb.T @ e
            b -= 0.1 * e.sum(axis=0)
"""
PAIRS = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 3))
    y = rng.normal(size=30)
    w, b = np.zeros(3), 0.0
    for epoch in range(4):
        order = rng.permutation(30)
        for i in range(30):
            x, goal = HERE
            e = x @ w + b - goal
            w = w - 0.05 * e * x
            b = b - 0.05 * e
"""
SHUFFLED = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 3))
    y = (X[:, 0] > 0).astype(float)
    w, b = np.zeros(3), 0.0
    for epoch in range(4):
        HERE
        for s in range(0, 30, 10):
            p = 1 / (1 + np.exp(-(X[s:s + 10] @ w + b)))
            d = (p - y[s:s + 10]) / 10
            w = w - 0.5 * X[s:s + 10].T @ d
            b = b - 0.5 * d.sum()
"""
TABLE = """
    import numpy as np
    rng = np.random.default_rng(0)
    data = rng.normal(size=(12, 3))
    X, y = HERE
    w, b = np.zeros((2, 1)), np.zeros(1)
    for epoch in range(5):
        e = (X @ w + b - y) / len(X)
        w -= 0.1 * X.T @ e
        b -= 0.1 * e.sum(axis=0)
"""
TARGETS = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 4))
    labels = rng.permutation(np.arange(30) % 3)
    T = np.zeros((30, 3))
    for i in range(30):
        T[i, HERE] = 1
    W, b = np.zeros((4, 3)), np.zeros(3)
    for epoch in range(5):
        z = X @ W + b
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        d = (p - T) / 30
        W = W - 0.1 * X.T @ d
        b = b - 0.1 * d.sum(axis=0)
"""
SUMS = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, v = np.zeros((3, 1)), np.zeros((3, 1))
    for epoch in range(6):
        HERE += X.T @ (X @ w - y) / 20
        w -= 0.1 * v
"""
ADAM = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, m, v = np.zeros((3, 1)), np.zeros((3, 1)), np.zeros((3, 1))
    HERE
    for step in range(6):
        t = t + 1 if count else t
        g = X.T @ (X @ w - y) / 20
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g ** 2
        w = w - 0.01 * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
"""
BIAS = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, bias = rng.normal(size=(3, 1)), np.array([0.3])
    for epoch in range(6):
        e = (X @ w + bias - y) / 20
        w -= 0.1 * X.T @ eHERE
"""
UNUSED_BIAS = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, b = rng.normal(size=(3, 1)), np.array([0.3])
    for epoch in range(6):
        e = (HERE - y) / 20
        w = w - 0.1 * X.T @ e
        b = b - 0.1 * e.sum(axis=0)
"""
LOOP_VARIABLE = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    W = [rng.normal(size=(3, 4)), rng.normal(size=(4, 1))]
    b = np.zeros(1)
    for epoch in range(6):
        h = np.tanh(X @ W[0])
        e = (h @ W[1] + b - y) / 20
        grads = [X.T @ ((e @ W[1].T) * (1 - h ** 2)), h.T @ e]
        for w, g in zip(W, grads):
            HERE 0.1 * g
        b -= 0.1 * e.sum(axis=0)
"""
LIST_OF_ONE = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 4))
    y = rng.normal(size=(20, 4))
    W = [rng.normal(size=(4, 4)) * 0.3, rng.normal(size=(4, 4)) * 0.3]
    b = HERE
    for epoch in range(6):
        h = np.tanh(X @ W[0] + b[0])
        e = (h @ W[1] + b[1] - y) / 20
        d = (e @ W[1].T) * (1 - h ** 2)
        W[1] -= 0.1 * h.T @ e
        b[1] -= 0.1 * e.sum(axis=0)
        W[0] -= 0.1 * X.T @ d
        b[0] -= 0.1 * d.sum(axis=0)
"""
BEST = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, b = rng.normal(size=(3, 1)), np.zeros(1)
    lowest = 1e9
    for epoch in range(6):
        e = (X @ w + b - y) / 20
        w -= 0.1 * X.T @ e
        b -= 0.1 * e.sum(axis=0)
        loss = np.mean((X @ w + b - y) ** 2)
        if loss < lowest:
            best, lowest = HERE, loss
    print(X @ best)
"""
RATE = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    w, b = rng.normal(size=(3, 1)), np.zeros(1)
    first = rate = 0.5
    for epoch in range(8):
        rate = HERE / (1 + 0.1 * epoch)
        for s in range(0, 20, 5):
            e = (X[s:s + 5] @ w + b - y[s:s + 5]) / 5
            w -= rate * X[s:s + 5].T @ e
            b -= rate * e.sum(axis=0)
"""
ALIKE = """
    import numpy as np
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.normal(size=(20, 1))
    V, W = HERE, np.full((4, 1), 0.2)
    for epoch in range(6):
        h = np.tanh(X @ V)
        e = (h @ W - y) / 20
        d = (e @ W.T) * (1 - h ** 2)
        W = W - 0.1 * h.T @ e
        V = V - 0.1 * X.T @ d
"""
BYTES = """
    import numpy as np
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (20, 3)).astype(np.uint8)
    X = HERE / 255
    y = rng.normal(size=(20, 1))
    w, b = np.zeros((3, 1)), np.zeros(1)
    for epoch in range(6):
        e = (X @ w + b - y) / 20
        w -= 0.1 * X.T @ e
        b -= 0.1 * e.sum(axis=0)
"""
WHOLE = """
    import numpy as np
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (20, 3))
    X = HERE
    y = rng.normal(size=(20, 1))
    w, b = np.zeros((3, 1)), np.zeros(1)
    for epoch in range(6):
        e = (X @ w + b - y) / 20
        w -= 0.1 * X.T @ e
        b -= 0.1 * e.sum(axis=0)
"""
WEIGHTS = """
    import numpy as np
    X = np.array([[1, 2], [3, 1], [0, 2], [2, 2]])
    y = np.array([4, 5, 2, 3])
    w = np.array(HERE)
    for epoch in range(6):
        for x, goal in zip(X, y):
            e = w[0] * x[0] + w[1] * x[1] - goal
            for i in range(2):
                w[i] -= 0.05 * e * x[i]
"""
LINES = """
    table = '''1 2
    2 4
    3 6
    4 8
    5 1
    '''.strip()
    rows = [[float(v) for v in line.split()] for line in table.splitlines()HERE]
    w, b = 0.0, 0.0
    for epoch in range(6):
        for x, goal in rows:
            e = w * x + b - goal
            w -= 0.01 * e * x
            b -= 0.01 * e
"""

TWINS = (
    Twins("short-batch-dropped", "23 // size", "-(-23 // size)", BATCHES),
    Twins("short-batch-dropped", "int(23 / size)", "int(np.ceil(23 / size))", BATCHES),
    Twins("batches-overlap", "X[k:k + 8], y[k:k + 8]", "X[k * 8:(k + 1) * 8], y[k * 8:(k + 1) * 8]", SLICES),
    Twins("one-batch-for-all", "X[:8], y[k * 8:(k + 1) * 8]", "X[k * 8:(k + 1) * 8], y[k * 8:(k + 1) * 8]", SLICES),
    Twins("labels-apart-from-images", "X[order[i]], y[i]", "X[order[i]], y[order[i]]", PAIRS),
    Twins("labels-apart-from-images", "rng.shuffle(X)", "p = rng.permutation(30); X, y = X[p], y[p]", SHUFFLED),
    Twins("last-row-left-out", "data[:-1, :2], data[:-1, 2:]", "data[:, :2], data[:, 2:]", TABLE),
    Twins("first-row-left-out", "data[1:, :2], data[1:, 2:]", "data[:, :2], data[:, 2:]", TABLE),
    Twins("last-row-left-out", "[:-1]", "[0:]", LINES),
    Twins("one-hot-off-by-one", "labels[i] - 1", "labels[i]", TARGETS),
    Twins("gradients-accumulate", "v", "v *= 0; v", SUMS),
    Twins("adam-time-stands-still", "t, count = 1, False", "t, count = 0, True", ADAM),
    Twins("bias-not-updated", "", "; bias -= 0.1 * e.sum(axis=0)", BIAS),
    Twins("bias-not-added", "X @ w", "X @ w + b", UNUSED_BIAS),
    Twins("nothing-updated", "w = w -", "w -=", LOOP_VARIABLE),
    Twins("arrays-shared", "[np.zeros(4)] * 2", "[np.zeros(4) for _ in range(2)]", LIST_OF_ONE),
    Twins("arrays-shared", "w", "w.copy()", BEST),
    Twins("rate-decays", "rate", "first", RATE),
    Twins("weights-start-alike", "np.full((3, 4), 0.1)", "rng.normal(size=(3, 4))", ALIKE),
    Twins("uint8-wraps", "(pixels * 2)", "(pixels.astype(float) * 2)", BYTES),
    Twins("whole-number-division", "pixels // 255", "pixels / 255", WHOLE),
    Twins("weights-in-whole-numbers", "[1, 1]", "[1.0, 1.0]", WEIGHTS),
)


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: f"{twins.name}: {twins.wrong}")
def test_a_mistake_is_found_where_it_stands(twins: Twins) -> None:
    trace = watched(twins.wrong_source)
    found = findings(trace)

    assert [one.name for one in found] == [twins.name]
    named = [found[0].node, *found[0].also]
    assert {trace.program.place(node).line for node in named} & set(twins.lines)


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: f"{twins.name}: {twins.right}")
def test_its_right_twin_is_left_in_peace(twins: Twins) -> None:
    assert findings(watched(twins.right_source)) == []


MENDED = [twins for twins in TWINS if twins.name != "weights-in-whole-numbers"]


@pytest.mark.parametrize("twins", MENDED, ids=lambda twins: f"{twins.name}: {twins.wrong}")
def test_an_edit_mends_it(twins: Twins) -> None:
    (found,) = findings(watched(twins.wrong_source))

    assert any(found.holds(watched(edited(twins.wrong_source, edit))) for edit in found.edits)


def test_the_same_program_again_does_not_hold() -> None:
    source = TWINS[0].wrong_source
    (found,) = findings(watched(source))

    assert not found.holds(watched(source))


PEACEFUL = {
    "the last row is for the test": TABLE.replace("HERE", "data[:-1, :2], data[:-1, 2:]")
    + "    print(data[-1, :2] @ w)\n",
    "a row foretells the next": TABLE.replace("HERE", "data[:-1, :2], data[1:, 2:]"),
    "rows are drawn": BATCHES.replace("HERE", "4").replace("order[k * size:(k + 1) * size]", "rng.choice(23, 5)"),
    "labels begin at 1": TARGETS.replace("np.arange(30) % 3", "np.arange(30) % 3 + 1").replace("HERE", "labels[i] - 1"),
    "momentum": SUMS.replace("HERE", "v *= 0.9; v"),
    "a rate falls in each step": RATE.replace("HERE / (1 + 0.1 * epoch)", "rate * 0.95"),
    "hidden weights of 0 under random ones": ALIKE.replace("HERE", "np.zeros((3, 4))").replace(
        "np.full((4, 1), 0.2)", "rng.normal(size=(4, 1))"
    ),
    "pixels are made 0 or 1": WHOLE.replace("HERE", "pixels // 128"),
    "bytes in another type": BYTES.replace("HERE", "(pixels.astype(np.int32) * 2)"),
}


@pytest.mark.parametrize("source", PEACEFUL.values(), ids=PEACEFUL.keys())
def test_what_may_be_meant_is_no_mistake(source: str) -> None:
    assert findings(watched(textwrap.dedent(source))) == []


def origins_of_last(source: str) -> tuple[Trace, list[list[int]]]:
    """Return, for each axis of the last value that a program computed, the first origin's places."""
    trace = watched(textwrap.dedent(source))
    last = next(op.out for op in reversed(trace.ops) if op.out >= 0)
    return trace, [known[0].index.tolist() if known else [] for known in Follower(trace).of(last).axes]


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("X[2:4]", [2, 3]),
        ("X[[3, 0]]", [3, 0]),
        ("X[::-1][1:3]", [3, 2]),
        ("X[X[:, 0] > 3]", [2, 3, 4]),
        ("(X[1:3] * 2.0) @ np.ones((2, 2))", [1, 2]),
        ("np.hstack([X[1:3], X[1:3]])", [1, 2]),
        ("np.array([X[4], X[1]])", [4, 1]),
        ("X[1:3].T.T", [1, 2]),
        ("X[1:4].sum(axis=1)", [1, 2, 3]),
        ("X[1:4][:, None, :][:, 0]", [1, 2, 3]),
        ("np.take(X, [4, 2], axis=0)", [4, 2]),
    ],
)
def test_rows_are_followed(expression: str, rows: list[int]) -> None:
    _, axes = origins_of_last(f"import numpy as np\nX = np.arange(10.0).reshape(5, 2)\nY = {expression}\n")

    assert axes[0] == rows


def test_a_shuffle_in_place_is_followed_by_the_rows_numbers() -> None:
    source = "import numpy as np\nX = np.arange(10.0).reshape(5, 2)\nnp.random.default_rng(1).shuffle(X)\nY = X * 1.0\n"
    trace, axes = origins_of_last(source)

    last = next(op.out for op in reversed(trace.ops) if op.out >= 0)
    assert axes[0] == (trace.value(last)[:, 0] / 2).astype(int).tolist()
