"""Submissions as learners hand them in: right ones written in every way, wrong ones, and hostile ones."""

PLAIN = """
import numpy as np

def dense(X, W, b):
    return X @ W + b

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def mse(y, a):
    return np.mean((y - a) ** 2)

def accuracy(y, a):
    return np.mean((a > 0.5) == (y > 0.5))

def mse_gradient(y, a):
    return -2 * (y - a) / a.size

def sigmoid_gradient(a):
    return a * (1 - a)

def dense_gradient(X, W, dz):
    return X.T @ dz, dz.sum(axis=0)

def sgd(param, gradient, learning_rate):
    return param - learning_rate * gradient

def train_step(X, y, W, b, learning_rate):
    a = sigmoid(dense(X, W, b))
    dz = mse_gradient(y, a) * sigmoid_gradient(a)
    dW, db = dense_gradient(X, W, dz)
    return sgd(W, dW, learning_rate), sgd(b, db, learning_rate)

def fit(X, y, W, b, learning_rate, batch_size, epochs, order):
    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        loss = right = 0.0
        for start in range(0, len(X), batch_size):
            rows = order[epoch][start:start + batch_size]
            a = sigmoid(dense(X[rows], W, b))
            loss += mse(y[rows], a) * len(rows)
            right += accuracy(y[rows], a) * len(rows)
            W, b = train_step(X[rows], y[rows], W, b, learning_rate)
        history["loss"].append(loss / len(X))
        history["accuracy"].append(right / len(X))
    return W, b, history
"""

LOOPS = """
import math

def dense(X, W, b):
    N, D = X.shape
    U = W.shape[1]
    z = [[0.0] * U for _ in range(N)]
    for i in range(N):
        for u in range(U):
            total = float(b[u])
            for d in range(D):
                total += float(X[i, d]) * float(W[d, u])
            z[i][u] = total
    return z

def sigmoid(z):
    return [[1 / (1 + math.exp(-float(v))) for v in row] for row in z]

def mse(y, a):
    total = 0.0
    for i in range(len(a)):
        for u in range(len(a[0])):
            total += (float(a[i][u]) - float(y[i][u])) ** 2
    return total / (len(a) * len(a[0]))

def accuracy(y, a):
    right = 0
    for i in range(len(a)):
        right += (1 if a[i][0] > 0.5 else 0) == int(y[i][0])
    return right / len(a)

def mse_gradient(y, a):
    N = len(a)
    return [[2 * (float(a[i][0]) - float(y[i][0])) / N] for i in range(N)]

def sigmoid_gradient(a):
    return [[float(v) * (1 - float(v)) for v in row] for row in a]

def dense_gradient(X, W, dz):
    dW = [[0.0] for _ in range(X.shape[1])]
    db = [0.0]
    for i in range(X.shape[0]):
        db[0] += float(dz[i][0])
        for d in range(X.shape[1]):
            dW[d][0] += float(X[i, d]) * float(dz[i][0])
    return dW, db

def sgd(param, gradient, learning_rate):
    moved = param.copy()
    for place in range(moved.size):
        moved.flat[place] = float(param.flat[place]) - learning_rate * float(gradient.flat[place])
    return moved
"""

FLOAT64_INSIDE = """
import numpy as np

def _wide(x):
    return np.asarray(x, dtype=np.float64)

def dense(X, W, b):
    return _wide(X) @ _wide(W) + _wide(b)

def sigmoid(z):
    return 1 / (1 + np.exp(-_wide(z)))

def train_step(X, y, W, b, learning_rate):
    X, y, W_, b_ = (_wide(v) for v in (X, y, W, b))
    a = sigmoid(X @ W_ + b_)
    dz = 2 * (a - y) * a * (1 - a) / len(X)
    return (W_ - learning_rate * X.T @ dz).astype(W.dtype), (b_ - learning_rate * dz.sum(0)).astype(b.dtype)

def fit(X, y, W, b, learning_rate, batch_size, epochs, order):
    W_, b_ = _wide(W), _wide(b)
    for rows in order:
        for start in range(0, len(rows), batch_size):
            batch = rows[start:start + batch_size]
            W_, b_ = train_step(X[batch], y[batch], W_, b_, learning_rate)
    return W_.astype(W.dtype), b_.astype(b.dtype)
"""

EINSUM = """
import numpy as np

def dense(X, W, b):
    return np.einsum("nd,du->nu", X, W) + b[None, :]

def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))

def mse(y, a):
    return np.einsum("nu,nu->", a - y, a - y) / a.size

def mse_gradient(y, a):
    return np.multiply(2.0 / a.size, np.subtract(a, y))

def dense_gradient(X, W, dz):
    return np.einsum("nd,nu->du", X, dz), np.einsum("nu->u", dz)

def train_step(X, y, W, b, learning_rate):
    a = sigmoid(dense(X, W, b))
    dz = mse_gradient(y, a) * (a - a * a)
    dW, db = dense_gradient(X, W, dz)
    return W - learning_rate * dW, b - learning_rate * db
"""

TRANSPOSED = """
import numpy as np

def dense(X, W, b):
    w = np.ascontiguousarray(W.T)
    return (w @ X.T).T + b

def dense_gradient(X, W, dz):
    gradient = dz.T @ X
    return gradient.T, np.ones(len(dz)) @ dz

def train_step(X, y, W, b, learning_rate):
    w, x, t = W.T.copy(), X.T, y.T
    a = 1 / (1 + np.exp(-(w @ x + b[:, None])))
    delta = 2 / t.shape[1] * (a - t) * a * (1 - a)
    return (w - learning_rate * delta @ x.T).T, b - learning_rate * delta.sum(axis=1)
"""

TANH = """
import numpy as np

def sigmoid(z):
    return 0.5 * (np.tanh(0.5 * z) + 1)

def sigmoid_gradient(z):
    a = sigmoid(z)
    return a - a ** 2

def predict(X, W, b):
    return sigmoid(np.dot(X, W) + b)

def fit(X, y, W, b, learning_rate, batch_size, epochs, order):
    for epoch in range(epochs):
        for rows in np.split(order[epoch], range(batch_size, len(X), batch_size)):
            a = predict(X[rows], W, b)
            dz = (a - y[rows]) * a * (1 - a) * (2 / len(rows))
            W, b = W - learning_rate * (X[rows].T @ dz), b - learning_rate * dz.sum(axis=0)
    return W, b
"""

IN_PLACE = """
import numpy as np

def sigmoid(z):
    a = np.negative(z)
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)
    return a

def sgd(param, gradient, learning_rate):
    param -= learning_rate * gradient

def train_step(X, y, W, b, learning_rate):
    a = sigmoid(X @ W + b)
    dz = 2 * (a - y) / len(y)
    dz *= a
    dz *= 1 - a
    dW, db = X.T @ dz, dz.sum(axis=0)
    W -= learning_rate * dW
    b -= learning_rate * db
    return W, b
"""

FOLDED_BIAS = """
import numpy as np

def _with_ones(X):
    return np.hstack([X, np.ones((len(X), 1), X.dtype)])

def dense(X, W, b):
    return _with_ones(X) @ np.vstack([W, b])

def dense_gradient(X, W, dz):
    both = _with_ones(X).T @ dz
    return both[:-1], both[-1]

def train_step(X, y, W, b, learning_rate):
    V = np.vstack([W, b])
    a = 1 / (1 + np.exp(-_with_ones(X) @ V))
    V = V - learning_rate * _with_ones(X).T @ (2 * (a - y) * a * (1 - a) / y.size)
    return V[:-1], V[-1]
"""

FUNCTIONAL = """
from functools import partial, reduce
import numpy as np

logistic = np.vectorize(lambda v: 1 / (1 + np.exp(-v)), otypes=[float])
sigmoid = lambda z: logistic(z)
_moved = lambda rate, param, gradient: param - rate * gradient
sgd = lambda param, gradient, learning_rate: partial(_moved, learning_rate)(param, gradient)
mse = lambda y, a: float(((a - y) ** 2).sum() / a.size)
accuracy = lambda y, a: sum(int((v > 0.5) == (t == 1)) for v, t in zip(a.ravel(), y.ravel())) / a.size
dense = lambda X, W, b: sum(X[:, d:d + 1] * W[d] for d in range(X.shape[1])) + b

def train_step(X, y, W, b, learning_rate):
    rows = [(x[:, None], t) for x, t in zip(X, y)]
    def one(total, row):
        x, t = row
        a = sigmoid(W.T @ x + b[:, None])
        dz = 2 * (a - t) * a * (1 - a) / len(X)
        return total[0] + x @ dz.T, total[1] + dz[:, 0]
    dW, db = reduce(one, rows, (np.zeros(W.shape), np.zeros(b.shape)))
    return W - learning_rate * dW, b - learning_rate * db
"""

CLASS = """
import numpy as np

class Perceptron:
    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate
        self.W = self.b = None

    def get_weights(self):
        return [self.W.copy(), self.b.copy()]

    def set_weights(self, weights):
        self.W, self.b = (np.array(w) for w in weights)

    def predict(self, x):
        return 1 / (1 + np.exp(-(x @ self.W + self.b)))

    def fit(self, x, y, batch_size=32, epochs=1, shuffle=True):
        history = {"loss": [], "accuracy": []}
        for _ in range(epochs):
            order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
            loss = right = 0
            for start in range(0, len(x), batch_size):
                rows = order[start:start + batch_size]
                a = self.predict(x[rows])
                loss += ((a - y[rows]) ** 2).sum()
                right += ((a > 0.5) == y[rows]).sum()
                dz = 2 * (a - y[rows]) / len(rows) * a * (1 - a)
                self.W -= self.learning_rate * x[rows].T @ dz
                self.b -= self.learning_rate * dz.sum(axis=0)
            history["loss"].append(loss / len(x))
            history["accuracy"].append(right / len(x))
        return history
"""

KERAS_LIKE = """
import numpy as np

class History:
    def __init__(self):
        self.history = {"loss": [], "accuracy": []}

class Model:
    def __init__(self, input_dim):
        self.W = np.zeros((input_dim, 1))
        self.b = np.zeros(1)
        self.lr = 0.01

    def get_weights(self):
        return self.W, self.b

    def set_weights(self, weights):
        self.W, self.b = weights

    def predict(self, X, batch_size=None, verbose=0):
        return 1 / (1 + np.exp(-(np.asarray(X) @ self.W + self.b)))

    def fit(self, X, y, batch_size=32, epochs=1, verbose="auto", shuffle=True, learning_rate=0.1):
        seen = History()
        for _ in range(epochs):
            losses = []
            for i in range(0, len(X), batch_size):
                x, t = X[i:i + batch_size], y[i:i + batch_size].reshape(-1, 1)
                a = self.predict(x)
                losses.append(np.square(a - t).sum())
                dz = 2 / len(t) * (a - t) * a * (1 - a)
                self.W, self.b = self.W - learning_rate * x.T @ dz, self.b - learning_rate * dz.sum(0)
            seen.history["loss"].append(sum(losses) / len(X))
        return seen
"""

FLOAT32_ONLY = """
import numpy as np

def dense(X, W, b):
    return X.astype(np.float32) @ W.astype(np.float32) + b.astype(np.float32)

def sigmoid(z):
    return (1 / (1 + np.exp(-z.astype(np.float32)))).astype(np.float32)
"""

CORRECT = {
    "plain": PLAIN,
    "loops": LOOPS,
    "float64 inside": FLOAT64_INSIDE,
    "einsum": EINSUM,
    "transposed storage": TRANSPOSED,
    "tanh": TANH,
    "in place": IN_PLACE,
    "bias folded in": FOLDED_BIAS,
    "functional": FUNCTIONAL,
    "class": CLASS,
    "Keras-like class": KERAS_LIKE,
    "float32 only": FLOAT32_ONLY,
}

COMPLETE = ("plain", "class", "Keras-like class")
"""Those of the right ones that have everything; the others are right as far as they go."""


def changed(old: str, new: str, source: str = PLAIN) -> str:
    """Return a submission with one piece of its text changed."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "factor-2-missing": ("mse_gradient", changed("-2 * (y - a) / a.size", "(a - y) / len(y)")),
    "factor-2-doubled": ("mse_gradient", changed("-2 * (y - a) / a.size", "2 * (a - y) * 2 / y.shape[0]")),
    "sum-for-mean": ("mse_gradient", changed("-2 * (y - a) / a.size", "2 * np.subtract(a, y)")),
    "sign-of-the-error": ("mse_gradient", changed("-2 * (y - a)", "2.0 * (y - a)")),
    "every-answer-against-every-target": ("mse", changed("(y - a) ** 2", "(y.squeeze(-1) - a) ** 2")),
    "slope-left-out": ("sigmoid_gradient", changed("a * (1 - a)", "np.ones(a.shape)")),
    "slope-of-a-as-if-z": ("sigmoid_gradient", changed("a * (1 - a)", "sigmoid(a) - sigmoid(a) ** 2")),
    "db-averaged-again": ("dense_gradient", changed("dz.sum(axis=0)", "np.mean(dz, 0)")),
    "dz-transposed": ("dense_gradient", changed("X.T @ dz", "np.dot(dz.T, X)")),
    "uphill": ("sgd", changed("param - learning_rate", "param + learning_rate")),
    "sigmoid-upside-down": ("sigmoid", changed("np.exp(-z)", "np.exp(z)")),
    "unstable-exp": ("sigmoid", changed("1 / (1 + np.exp(-z))", "np.exp(z) / (np.exp(z) + 1)")),
    "bias-not-added": ("dense", changed("X @ W + b", "np.dot(X, W)")),
    "star-for-matmul": ("dense", changed("X @ W + b", "X * W.reshape(1, -1) + b")),
    "threshold-zero": ("accuracy", changed("(a > 0.5) ==", "(a > 0) ==")),
    "at-least-a-half": ("accuracy", changed("(a > 0.5) ==", "(a >= 0.5) ==")),
    "argmax-of-one-column": ("accuracy", changed("(a > 0.5) == (y > 0.5)", "a.argmax(axis=-1) == y[:, 0]")),
    "short-batch-dropped": ("one epoch", changed("range(0, len(X), b", "range(0, len(X) - len(X) % batch_size, b")),
    "same-order-every-epoch": ("epochs", changed("order[epoch]", "order[0]")),
    "weights-start-at-zero": ("one epoch", changed('history = {"l', 'W = W * 0; b = b * 0\n    history = {"l')),
    "rate-decays": (
        "epochs",
        changed("W, b, learning_rate)\n        hist", "W, b, learning_rate / (epoch + 1))\n        hist"),
    ),
    "short-batch-unweighted": (
        "history",
        changed(
            "loss / len(X)",
            "loss / -(-len(X) // batch_size)",
            changed("a) * len(rows)\n            right", "a)\n            right"),
        ),
    ),
}
"""Wrong submissions: the first rung that fails, and the text. Each is written otherwise than in the catalogue."""


def hostile(body: str) -> str:
    """Return a submission whose dense does something it should not, and whose sigmoid is right."""
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    return f"""
import ctypes, os, signal, subprocess, sys, threading, time
import numpy as np

def dense(X, W, b):
{lines}
    return X @ W + b

def sigmoid(z):
    return 1 / (1 + np.exp(-z))
"""


HOSTILE = {
    "endless loop": (hostile("while True: pass"), "took longer than"),
    "ends at once": (hostile("os._exit(0)"), "ended the program"),
    "ends with a code": (hostile("os._exit(7)"), "ended the program"),
    "sys.exit": (hostile("sys.exit(0)"), "ended the program"),
    "crash": (hostile("ctypes.string_at(0)"), "crashed (SIGSEGV)"),
    "memory": (hostile("x = np.ones(2**30)"), "MB of memory"),
    "flood": (hostile("while True: print('x' * 10**6)"), "printed more than 10 MB"),
    "recursion": (hostile("return dense(X, W, b)"), "RecursionError"),
    "division": (hostile("1 / 0"), "raised ZeroDivisionError: division by zero (line 6)"),
    "starts a program": (hostile("subprocess.run(['sleep', '60'])"), "may not start other"),
    "forks": (hostile("os.fork()"), "may not start other processes"),
    "network": (hostile("import socket; socket.socket()"), "may not open network connections"),
    "writes elsewhere": (hostile("open('/tmp/five-or-not-was-here', 'w')"), "own directory only"),
    "deletes": (hostile("os.remove('/tmp/five-or-not-must-stay')"), "own directory only"),
    "input": (hostile("input('your name? ')"), "asked for input"),
    "generator": (hostile("return (row for row in X)"), "it returned a generator"),
    "objects": (hostile("return np.array([None])"), "it returned an array of object"),
    "huge": (hostile("return np.ones((2**12, 2**12))"), "more than 64 MB"),
    "patches NumPy": (hostile("np.exp = np.log"), "replaces numpy.exp"),
    "writes over its input": (hostile("X *= 2"), "writes over its argument X"),
    "closes everything": (hostile("os.closerange(3, 256)"), "it "),
    "speaks out of turn": (
        hostile("for fd in range(3, 256):\n    try: os.write(fd, b'0' * 100)\n    except OSError: pass"),
        "it ",
    ),
    "endless return": (hostile("x = []; x.append(x); return x"), "more than it may return"),
    "thread that stays": (
        hostile("threading.Thread(target=time.sleep, args=(60,)).start(); 1 / 0"),
        "raised ZeroDivisionError",
    ),
    "a hostile error": (
        hostile("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E"),
        "whose message raises another",
    ),
}
"""Submissions that do harm in one function, and what is said of it."""

UNREADABLE = {
    "syntax error": ("def dense(:\n", "has a syntax error in line 1"),
    "no text": ("\x00\x01", "null bytes"),
    "error when loaded": ("import numpy\n1 / 0\n", "raised ZeroDivisionError: division by zero (line 2)"),
    "ends when loaded": ("import os; os._exit(0)", "ended the program"),
    "exits when loaded": ("raise SystemExit", "ended the program"),
    "hangs when loaded": ("while True: pass", "took longer than"),
    "missing module": ("import a_module_that_is_nowhere", "ModuleNotFoundError"),
    "patches NumPy": ("import numpy\nnumpy.dot = None", "replaces numpy.dot"),
    "nothing in it": ("x = 1", "it has nothing to check"),
    "all stubs": ("def dense(X, W, b):\n    raise NotImplementedError", "nothing is filled in yet"),
}
"""Submissions that cannot be checked at all, and why."""
