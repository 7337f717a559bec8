"""Results of programs made by hand, as the examination hands them over: right, wrong, and not understood."""

from dataclasses import replace

from compare.check.program.result import LineNote, ProgramResult, WrongLine

SCRIPT = """import numpy as np

rng = np.random.default_rng(0)
inputs = rng.normal(size=(100, 3))
targets = (inputs.sum(axis=1, keepdims=True) > 0).astype(float)
w = np.zeros((3, 1))
bias = 0.0

for step in range(1000):
    guess = 1 / (1 + np.exp(-(inputs @ w + bias)))
    delta = (guess - targets) * guess * (1 - guess)
    grad_w = inputs.T @ delta / len(inputs)
    grad_bias = delta.max()
    w -= 0.5 * grad_w
    bias -= 0.5 * grad_bias
"""
FIX = """--- unit.py
+++ unit.py
@@ -12,3 +12,3 @@
     grad_w = inputs.T @ delta / len(inputs)
-    grad_bias = delta.max()
+    grad_bias = delta.mean()
     w -= 0.5 * grad_w
"""
WRONG_LINE = WrongLine(
    cell=None,
    line=13,
    column=16,
    end_column=27,
    source="    grad_bias = delta.max()",
    says="grad_bias is the largest delta of the rows, 0.125; their mean is due, -0.0275",
    due="grad_bias = delta.mean(), as grad_w averages over the rows",
    name="bias-from-one-row",
    why="a reduction is easily mistaken for another while the loss still falls",
    fix=FIX,
    verified=True,
    follows=((None, 15),),
)
MODEL = [
    "model = keras.Sequential([",
    "    keras.Input((3,)),",
    '    keras.layers.Dense(1, activation="sigmoid"),',
    "])",
    'model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=0.25))',
    "model.fit(inputs, targets, batch_size=100, epochs=1000, shuffle=False)",
]
SYMBOLS = {
    "X": "inputs",
    "y": "targets",
    "W": "w",
    "b": "bias",
    "a": "guess",
    "dz": "delta",
    "dW": "grad_w",
    "db": "grad_bias",
}
LINES = [
    LineNote(None, 4, "X", "inputs", (100, 3), value="0.1257"),
    LineNote(None, 10, "a", "guess", (100, 1), "a = sigmoid(X @ W + b)", "0.5", True),
    LineNote(None, 11, "dz", "delta", (100, 1), "dz = (a - y) * a * (1 - a)", "-0.125", True),
    LineNote(None, 12, "dW", "grad_w", (3, 1), "dW = X.T @ dz / N", "-0.0881", True),
    LineNote(None, 13, "db", "grad_bias", (), "db = mean(dz)", "0.125", False, "the largest instead of the mean"),
]
CONVENTION = "your step is Keras's with learning rate × 1/2: you leave out the 2"

WRONG = ProgramResult(
    "unit.py",
    "wrong",
    conventions=[CONVENTION],
    model=MODEL,
    symbols=SYMBOLS,
    layout="rows",
    wrong=[WRONG_LINE],
    notes=["plt.show() was made harmless", "the loop was cut short after 3 of 1000 steps"],
    lines=LINES,
    cells=[SCRIPT],
    output="loss 0.25\n",
    seconds=1.5,
)
RIGHT = replace(WRONG, verdict="right", wrong=[], cells=[SCRIPT.replace(".max()", ".mean()")], lines=LINES[:4])
NOT_UNDERSTOOD = ProgramResult(
    "gone.py", "not understood", missing="no value was updated from its own former value", cells=["x = 1\n"]
)
UNREADABLE = ProgramResult("crash.py", "unreadable", problem="it raised ZeroDivisionError: division by zero (line 2)")
TWO_READINGS = replace(
    WRONG,
    readings=[
        "you print the squared error: then line 11 is right",
        "you may mean cross-entropy: then line 11 is delta = guess - targets",
    ],
)

CELLS = ["", "import numpy as np\n", "def step(w):\n    z = X @ w\n\treturn w + 0.1 * X.T @ (z - y)\n"]
NOTEBOOK = ProgramResult(
    "homework.ipynb",
    "wrong",
    model=MODEL[:4],
    symbols={"X": "X", "y": "y", "W": "w"},
    layout="rows",
    wrong=[
        WrongLine(
            cell=2,
            line=3,
            column=10,
            end_column=11,
            source="\treturn w + 0.1 * X.T @ (z - y)",
            says="w moves by 0.2, with the gradient; -0.2, against it, is due",
            due="w - 0.1 * X.T @ (z - y)",
            name="uphill",
        )
    ],
    cells=CELLS,
    seconds=0.5,
)
