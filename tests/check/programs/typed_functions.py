"""A two-layer classifier in functional style: every function returns, none changes its arguments."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_moons

Array = NDArray[np.float64]


class Params(NamedTuple):
    W1: Array
    b1: Array
    W2: Array
    b2: Array


class Trace(NamedTuple):
    X: Array
    hidden: Array
    prob: Array


def init(rng: np.random.Generator, n_in: int, n_hidden: int) -> Params:
    return Params(
        rng.normal(0, 1, (n_in, n_hidden)),
        np.zeros(n_hidden),
        rng.normal(0, 1, (n_hidden, 1)),
        np.zeros(1),
    )


def forward(p: Params, X: Array) -> Trace:
    hidden = np.tanh(X @ p.W1 + p.b1)
    prob = 1 / (1 + np.exp(-(hidden @ p.W2 + p.b2)))
    return Trace(X, hidden, prob)


def loss(trace: Trace, Y: Array) -> float:
    p = np.clip(trace.prob, 1e-12, 1 - 1e-12)
    return float(-(Y * np.log(p) + (1 - Y) * np.log1p(-p)).mean())


def backward(p: Params, trace: Trace, Y: Array) -> Params:
    dz2 = (trace.prob - Y) / len(Y)
    dz1 = dz2 @ p.W2.T * (1 - trace.hidden**2)
    return Params(trace.X.T @ dz1, dz1.sum(axis=0), trace.hidden.T @ dz2, dz2.sum(axis=0))


def descend(p: Params, grad: Params, rate: float) -> Params:
    return Params(*(value - rate * slope for value, slope in zip(p, grad)))


def main(epochs: int = 1000, rate: float = 0.8) -> None:
    X, labels = make_moons(250, noise=0.2, random_state=6)
    Y = labels.astype(np.float64).reshape(-1, 1)
    params = init(np.random.default_rng(3), 2, 6)
    for epoch in range(epochs):
        trace = forward(params, X)
        params = descend(params, backward(params, trace, Y), rate)
        if epoch % 200 == 0:
            print(epoch, loss(trace, Y))


main()
