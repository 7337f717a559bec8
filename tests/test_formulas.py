"""Is the formula that a docstring states the one that the code computes?

Every indented block of ``name = expression`` lines in a docstring of scratch is run, on numbers, and held against
what the function returns. A formula that no case below runs fails the last test.
"""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import scratch
from scratch import activations, batches, gradcheck, initializers, layers, losses, metrics, optimizers, utils
from scratch.arrays import Array

RNG = np.random.default_rng(7)
N, D, U = 5, 4, 3

Names = dict[str, Any]


def formulas_in(docstring: str) -> list[str]:
    """Return each block of lines that is indented further than the text and holds assignments."""
    blocks = re.split(r"\n\s*\n", inspect.cleandoc(docstring))
    return [
        inspect.cleandoc(block)
        for block in blocks
        if all(re.match(r"    +\S.* = ", f"{line}") for line in block.splitlines())
    ]


def stated_formulas() -> Iterator[tuple[str, str]]:
    """Yield (where, block) for every formula in scratch."""
    for module in pkgutil.walk_packages(scratch.__path__, "scratch."):
        room = import_module(module.name)
        for thing in vars(room).values():
            if getattr(thing, "__module__", None) != module.name:
                continue
            members = vars(thing).values() if inspect.isclass(thing) else ()
            for documented in (thing, *members):
                documented = getattr(documented, "fget", documented)
                if callable(documented) and documented.__doc__:
                    for number, block in enumerate(formulas_in(documented.__doc__)):
                        name = f"{module.name}.{documented.__qualname__}"
                        yield f"{name}#{number}" if number else name, block


STATED = dict(stated_formulas())

WORDS = "abs arange argmax clip exp floor imag log log1p max maximum mean sqrt sum"
NUMPY = {name: getattr(np, name) for name in WORDS.split()}


def evaluate(where: str, **names: Any) -> Names:
    """Run a stated formula in these names, and return all names afterwards."""
    space: Names = NUMPY | {"norm": np.linalg.norm, "EPSILON": losses.EPSILON} | names
    exec(STATED[where], space)
    return space


z = RNG.standard_normal((N, U))
da = RNG.standard_normal((N, U))
classes = RNG.integers(0, U, N)
hot = utils.to_categorical(classes, U)
probabilities = activations.softmax(z)
clipped = np.array([[1e-9, 0.5, 0.4], [0.3, 1 - 1e-9, 1e-8]])  # where the clip of the cross-entropies holds


def close(stated: Any, computed: Any) -> bool:
    """Equal to within the rounding of a few operations on numbers of order 1."""
    return np.allclose(stated, computed, rtol=1e-12, atol=1e-13)


CASES: dict[str, Callable[[str], bool]] = {}


def case(*places: str) -> Callable[[Callable[[str], bool]], Callable[[str], bool]]:
    def register(check: Callable[[str], bool]) -> Callable[[str], bool]:
        for place in places:
            CASES[f"scratch.{place}"] = check
        return check

    return register


def called(where: str) -> Any:
    room, name = where.removeprefix("scratch.").split(".")
    return getattr(import_module(f"scratch.{room}"), name)


@case("activations.linear", "activations.sigmoid", "activations.relu", "activations.softmax")
def of_z(where: str) -> bool:
    return close(evaluate(where, z=z)["a"], called(where)(z))


@case("activations.shifted")
def of_shifted(where: str) -> bool:
    return close(evaluate(where, z=z)["s"], activations.shifted(z))


@case(*(f"activations.{name}_gradient" for name in ("linear", "sigmoid", "relu", "softmax")))
def of_a_and_da(where: str) -> bool:
    return close(evaluate(where, a=probabilities, da=da)["dz"], called(where)(probabilities, da))


@case("losses.mean_squared_error", "losses.binary_crossentropy", "losses.categorical_crossentropy")
def of_y_and_a(where: str) -> bool:
    return all(
        close(evaluate(where, y=y, a=a)["loss"], called(where)(y, a))
        for y, a in ((hot, probabilities), (hot[:2], clipped))
    )


@case(
    "losses.mean_squared_error_gradient",
    "losses.binary_crossentropy_gradient",
    "losses.categorical_crossentropy_gradient",
)
def of_y_and_a_gradient(where: str) -> bool:
    return all(
        close(evaluate(where, y=y, a=a)["da"], called(where)(y, a))
        for y, a in ((hot, probabilities), (hot[:2], clipped))
    )


@case("losses.binary_crossentropy_from_z", "losses.categorical_crossentropy_from_z")
def of_y_and_z(where: str) -> bool:
    return close(evaluate(where, y=hot, z=z)["loss"], called(where)(hot, z))


@case("losses.binary_crossentropy_from_z_gradient", "losses.categorical_crossentropy_from_z_gradient")
def of_y_and_a_to_dz(where: str) -> bool:
    return close(evaluate(where, y=hot, a=probabilities)["dz"], called(where)(hot, probabilities))


def one_hot(y: Array) -> Array:
    return utils.to_categorical(y, U)


@case(
    "losses.sparse_categorical_crossentropy",
    "losses.sparse_categorical_crossentropy_gradient",
    "losses.sparse_categorical_crossentropy_from_z",
    "losses.sparse_categorical_crossentropy_from_z_gradient",
)
def of_class_numbers(where: str) -> bool:
    last = z if where.endswith("from_z") else probabilities
    found = evaluate(where, y=classes, z=z, a=probabilities, one_hot=one_hot)
    result = next(found[name] for name in ("dz", "da", "loss") if name in found)
    if where.endswith("entropy") or where.endswith("entropy_gradient"):
        again = evaluate(where, y=classes[:2], a=clipped, one_hot=one_hot)
        key = "loss" if "loss" in again else "da"
        assert close(again[key], called(where)(classes[:2], clipped))
    return close(result, called(where)(classes, last))


@case("metrics.binary_accuracy", "metrics.categorical_accuracy")
def of_one_hot_accuracy(where: str) -> bool:
    return close(evaluate(where, y=hot, a=probabilities)["right"], called(where)(hot, probabilities))


@case("metrics.sparse_categorical_accuracy")
def of_sparse_accuracy(where: str) -> bool:
    right = metrics.sparse_categorical_accuracy(classes, probabilities)
    return close(evaluate(where, y=classes, a=probabilities)["right"], right)


@case("metrics.RunningMean")
def of_the_running_mean(where: str) -> bool:
    rows, squares = np.array([3, 2]), z[:, :1] ** 2
    running = metrics.RunningMean({"loss": lambda y, z, a: (z**2)[:, 0]})
    for part in (slice(0, 3), slice(3, 5)):
        running.add(hot[part], z[part, :1], z[part, :1])
    value = np.array([squares[:3].mean(), squares[3:].mean()])
    return close(evaluate(where, value=value, rows=rows)["mean"], running.result()["loss"])


# Factors that float32 holds exactly, so that TensorFlow's cast, which scratch mirrors, changes none of them.
def several_steps(where: str, optimizer: optimizers.Optimizer, memory: dict[str, float]) -> bool:
    """Take five steps by the stated rule and by the optimizer."""
    scratch.config.set_floatx("float64")
    w, gradients = RNG.standard_normal(6), RNG.standard_normal((5, 6))
    stated: Names = {"w": w.copy()} | {name: np.zeros(6) for name in memory}
    for t, dw in enumerate(gradients, 1):
        names = {name: getattr(optimizer, name) for name in ARGUMENTS if hasattr(optimizer, name)}
        found = evaluate(where, dw=dw, t=t, **names, **stated)
        stated = {name: found[name] for name in stated}
        optimizer.apply([dw], [w])
    return np.allclose(stated["w"], w, rtol=0, atol=1e-14)  # rounding of five steps on numbers of order 1


ARGUMENTS = ("learning_rate", "momentum", "beta_1", "beta_2", "epsilon")


@case("optimizers.SGD")
def of_sgd(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1), {})


@case("optimizers.SGD#1")
def of_momentum(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1, momentum=0.875), {"v": 0.0})


@case("optimizers.SGD#2")
def of_nesterov(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1, momentum=0.875, nesterov=True), {"v": 0.0})


@case("optimizers.Adam")
def of_adam(where: str) -> bool:
    return several_steps(where, optimizers.Adam(beta_1=0.875, beta_2=0.96875), {"m": 0.0, "v": 0.0})


def dense() -> tuple[layers.Dense, Array]:
    layer = layers.Dense(U, activation="sigmoid")
    layer.build((D,))
    layer.b[...] = RNG.standard_normal(U)
    X = RNG.standard_normal((N, D)).astype(np.float32)
    return layer, X


@case("layers.Dense.forward")
def of_forward(where: str) -> bool:
    layer, X = dense()
    computed = layer.forward(X)
    found = evaluate(where, X=X, W=layer.W, b=layer.b, activation=activations.sigmoid)
    return np.array_equal(found["z"], computed) and np.array_equal(found["a"], layer.a)


@case("layers.Dense.backward")
def of_backward(where: str) -> bool:
    layer, X = dense()
    layer.forward(X)
    layer.backward(da.astype(np.float32))
    found = evaluate(where, X=X, dz=da.astype(np.float32))
    return np.array_equal(found["dW"], layer.dW) and np.array_equal(found["db"], layer.db)


@case("layers.Dense.dX")
def of_dX(where: str) -> bool:
    layer, _ = dense()
    return np.array_equal(evaluate(where, dz=da, W=layer.W)["dX"], layer.dX(da))


@case("layers.Flatten.forward")
def of_flatten(where: str) -> bool:
    layer, X = layers.Flatten(), RNG.random((N, 2, 3))
    return np.array_equal(evaluate(where, X=X, N=N, D=6)["z"], layer.forward(X))


@case("layers.Flatten.dX")
def of_unflatten(where: str) -> bool:
    layer, X = layers.Flatten(), RNG.random((N, 2, 3))
    dz = layer.forward(X)
    return np.array_equal(evaluate(where, dz=dz, X=X)["dX"], layer.dX(dz))


@case("initializers.glorot_uniform")
def of_glorot(where: str) -> bool:
    W = initializers.glorot_uniform((60, 40), "float64")
    limit = evaluate(where, fan_in=60, fan_out=40)["limit"]
    # of 2,400 uniform numbers the largest is within 1 % of the limit but for a chance of 0.99**2400
    return bool(0.99 * limit < np.abs(W).max() <= limit)


@case("batches.split_tail")
def of_the_split(where: str) -> bool:
    x = np.zeros((60, 1))
    rows = evaluate(where, x=x, validation_split=0.8, len=len)["rows"]
    return len(batches.split_tail(x, x, 0.8)[0][0]) == rows == 11


@case("utils.to_categorical")
def of_to_categorical(where: str) -> bool:
    return np.array_equal(evaluate(where, x=classes, num_classes=U)["rows"], hot)


@case("gradcheck.complex_step", "gradcheck.central_difference")
def of_a_numeric_derivative(where: str) -> bool:
    step = {"complex_step": 1e-20, "central_difference": gradcheck.CENTRAL_STEP}[where.split(".")[-1]]
    x = np.array([0.5])
    stated = evaluate(where, f=lambda x: x[0] ** 2, x=x, h=step)["df"]
    return bool(stated == called(where)(lambda x: x[0] ** 2, x)[0])


@case("gradcheck.check")
def of_the_error(where: str) -> bool:
    check = gradcheck.check(lambda x: complex((x**2).sum()), lambda x: 3 * x, np.array([1.0, 2.0]))
    return close(evaluate(where, stated=check.stated, measured=check.measured)["error"], check.error)


@pytest.mark.parametrize("where", sorted(CASES))
def test_the_stated_formula_is_the_computed_one(where: str) -> None:
    assert where in STATED, "there is no formula there"
    assert CASES[where](where), STATED[where]


def test_no_formula_goes_unchecked() -> None:
    assert sorted(STATED) == sorted(CASES)


FUNCTION_AND_GRADIENT = [
    ("activations.sigmoid", "activations.sigmoid_gradient"),
    ("activations.softmax", "activations.softmax_gradient"),
]


@pytest.mark.parametrize(("function", "gradient"), FUNCTION_AND_GRADIENT)
def test_the_stated_gradient_is_the_derivative_of_the_stated_function(function: str, gradient: str) -> None:
    def f(z: Array) -> complex:
        return complex((da * evaluate(f"scratch.{function}", z=z)["a"]).sum())

    def stated(z: Array) -> Array:
        a = evaluate(f"scratch.{function}", z=z)["a"]
        dz: Array = evaluate(f"scratch.{gradient}", a=a, da=da)["dz"]
        return dz

    assert gradcheck.check(f, stated, z).ok


@pytest.mark.parametrize("name", ["mean_squared_error", "binary_crossentropy", "categorical_crossentropy"])
def test_the_stated_gradient_of_a_loss_is_the_derivative_of_the_stated_loss(name: str) -> None:
    def f(a: Array) -> complex:
        return complex(evaluate(f"scratch.losses.{name}", y=hot, a=a)["loss"].mean())

    def stated(a: Array) -> Array:
        slope: Array = evaluate(f"scratch.losses.{name}_gradient", y=hot, a=a)["da"]
        return slope

    assert gradcheck.check(f, stated, probabilities).ok
