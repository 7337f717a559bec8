"""Is the formula that a docstring states the one that the code computes?

Every indented block of ``name = expression`` lines in a docstring of scratch is run, on numbers, and held against
what the function returns. A formula that no case below runs fails the last test.
"""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import scratch
from compare.common.docstrings import formulas_in
from scratch import activations, data, gradcheck, initializers, layers, losses, metrics, optimizers, regularizers, utils
from scratch.arrays import Array
from scratch.optimizers import schedules
from scratch.optimizers.optimizer import clipped_to_norm, norm
from tests.scratch.derivatives import CROSS_ENTROPIES
from tests.scratch.rounding import Bounded, Wide
from tests.scratch.strategies import ACTIVATIONS, LOSSES

pytestmark = pytest.mark.usefixtures("float64")

RNG = np.random.default_rng(7)
N, D, U = 5, 4, 3

Names = dict[str, Any]


def stated_formulas() -> Iterator[tuple[str, str]]:
    """Yield (where, block) for every formula in scratch."""
    for module in pkgutil.walk_packages(scratch.__path__, "scratch."):
        room = import_module(module.name)
        for thing in vars(room).values():
            if not (inspect.isfunction(thing) or inspect.isclass(thing)) or thing.__module__ != module.name:
                continue
            members = vars(thing).values() if inspect.isclass(thing) else ()
            for documented in (thing, *members):
                documented = getattr(documented, "fget", documented)
                if (inspect.isfunction(documented) or documented is thing) and documented.__doc__:
                    for number, block in enumerate(formulas_in(documented.__doc__)):
                        name = f"{module.name}.{documented.__qualname__}"
                        yield f"{name}#{number}" if number else name, block


STATED = dict(stated_formulas())

FUNCTIONS = (np.abs, np.arange, np.argmax, np.clip, np.cos, np.exp, np.floor, np.imag, np.log, np.log1p, np.max)
FUNCTIONS = (*FUNCTIONS, np.maximum, np.mean, np.minimum, np.sqrt, np.sum, np.tanh, np.where)
NUMPY = {f.__name__: f for f in FUNCTIONS} | {"abs": np.abs, "pi": np.pi}
NUMPY |= {name: getattr(activations, name) for name in ("SELU_ALPHA", "SELU_SCALE")}
NUMPY["erf"] = lambda x: activations.erf(x).astype(Wide)
OPTIONS = {"alpha": 1.0, "negative_slope": float(np.float32(0.2))}


def evaluate(where: str, **names: Any) -> Names:
    """Run a stated formula in these names, and return all names afterwards."""
    space: Names = NUMPY | OPTIONS | {"norm": np.linalg.norm, "EPSILON": losses.EPSILON} | names
    with np.errstate(over="ignore"):  # sigmoid's formula is plainer than its code, which lets nothing overflow
        exec(STATED[where], space)
    return space


z = 3 * RNG.standard_normal((N, U))
da = RNG.standard_normal((N, U))
classes = RNG.integers(0, U, N)
hot = utils.to_categorical(classes, U)
probabilities = activations.softmax(z)
# Where the clip of the cross-entropies holds, on both sides, and on its edges; as relu may leave it; a sigmoid's
edges = [[1e-9, 0.5, 0.4], [0.3, 1 - 1e-9, 1e-8], [0, 0, 2], [0, 0.7, 0], [0.25, 0.25, 0.5]]
edges = np.array([*edges, [0.9, 0.8, 0.99], [losses.EPSILON, 1 - losses.EPSILON, 0.5]])
OUTPUTS = [probabilities, edges, np.array([[0.25], [0.75], [1.0]])]
LOGITS = [z, np.array([[-800.0, 3, 2], [1e-30, -1e-30, 0], [50, 49, -50]])]


def classes_for(a: Array) -> Array:
    return np.resize(classes, len(a)) % a.shape[1]


def hot_for(a: Array) -> Array:
    return utils.to_categorical(classes_for(a), a.shape[1])


def same(stated: Any, function: Callable[..., Any], *arguments: Array) -> bool:
    """Hold what a function returns against its formula, evaluated in the widest float.

    The function's rounding errors are bounded as it computes; as much again is left to the formula, which rounds 2,000
    times more finely, and to the rounding of 2 / a.size, which the bound takes as given.
    """
    bound = function(*(Bounded.exact(x) if x.dtype.kind == "f" else x for x in arguments)).rounded()
    computed = function(*arguments)
    error = np.abs(stated - computed)
    return computed.shape == stated.shape and bool((error <= 2 * bound.error).all())


def within(stated: Any, computed: Any, roundings: int) -> bool:
    """Whether numbers differ by no more than roundings of numbers of their size."""
    return bool((np.abs(stated - computed) <= roundings * np.finfo(float).eps * np.abs(stated).max()).all())


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


@case(*(f"activations.{name}" for name in ACTIVATIONS))
def of_z(where: str) -> bool:
    # softmax's and exponential's formulas take exp(z) as it is; log1p keeps digits that softplus's formula does not
    rows = LOGITS[:1] if where.split(".")[-1] in ("softmax", "exponential", "softplus", "elu", "selu") else LOGITS
    return all(same(evaluate(where, z=z.astype(Wide))["a"], called(where), z) for z in rows)


@case("activations.normal_share")
def of_the_share(where: str) -> bool:
    return same(evaluate(where, z=z.astype(Wide))["share"], activations.normal_share, z)


@case("losses.smoothed_by_half", "losses.smoothed")
def of_smoothed_targets(where: str) -> bool:
    stated = evaluate(where, y=hot.astype(Wide), label_smoothing=0.3)["s"]
    return same(stated, lambda y: called(where)(y, 0.3), hot)


@case("activations.shifted")
def of_shifted(where: str) -> bool:
    return all(same(evaluate(where, z=z.astype(Wide))["s"], activations.shifted, z) for z in LOGITS)


@case(*(f"activations.{name}_gradient" for name in ACTIVATIONS))
def of_a_and_da(where: str) -> bool:
    return all(
        same(evaluate(where, a=a.astype(Wide), z=a.astype(Wide), da=da)["dz"], called(where), a, da)
        for a in (probabilities, z)
    )


@case(*(f"losses.{name}" for name in LOSSES))
def of_y_and_a(where: str) -> bool:
    return all(same(evaluate_loss(where, a=a)["loss"], called(where), targets(where, a), a) for a in OUTPUTS)


@case(*(f"losses.{name}_gradient" for name in LOSSES))
def of_y_and_a_gradient(where: str) -> bool:
    return all(same(evaluate_loss(where, a=a)["da"], called(where), targets(where, a), a) for a in OUTPUTS)


@case(*(f"losses.{name}_from_logits" for name in CROSS_ENTROPIES))
def of_y_and_z(where: str) -> bool:
    return all(same(evaluate_loss(where, z=z)["loss"], called(where), targets(where, z), z) for z in LOGITS)


@case(*(f"losses.{name}_from_logits_gradient" for name in CROSS_ENTROPIES))
def of_y_and_a_to_dz(where: str) -> bool:
    return all(same(evaluate_loss(where, a=a)["dz"], called(where), targets(where, a), a) for a in OUTPUTS)


def targets(where: str, last: Array) -> Array:
    return classes_for(last) if "sparse" in where else hot_for(last)


# what is no function of complex numbers, or none of numbers wider than float64, written so that it is
ANALYTIC: Names = {
    "abs": lambda z: np.where(z.real > 0, z, -z),
    "erf": lambda z: activations.erf(z).astype(z.dtype),
}


def evaluate_loss(where: str, **of: Array) -> Names:
    """Run a loss's formula on outputs ``a`` or on ``z``, in the widest float."""
    ((name, last),) = of.items()

    def one_hot(y: Array) -> Array:
        return utils.to_categorical(y, last.shape[1])

    return evaluate(where, y=targets(where, last), one_hot=one_hot, **{name: last.astype(Wide)})


@case("metrics.equal")
def of_equal(where: str) -> bool:
    a = np.where(RNG.random((N, U)) > 0.5, hot, 1 - hot)
    return np.array_equal(evaluate(where, y=hot, a=a)["right"], metrics.equal(hot, a))


@case("metrics.binary_accuracy", "metrics.categorical_accuracy")
def of_one_hot_accuracy(where: str) -> bool:
    right = called(where)(hot, probabilities)
    return 0 < right.mean() < 1 and np.array_equal(evaluate(where, y=hot, a=probabilities)["right"], right)


@case("metrics.sparse_categorical_accuracy")
def of_sparse_accuracy(where: str) -> bool:
    right = metrics.sparse_categorical_accuracy(classes, probabilities)
    return 0 < right.mean() < 1 and np.array_equal(evaluate(where, y=classes, a=probabilities)["right"], right)


@case("metrics.RunningMean")
def of_the_running_mean(where: str) -> bool:
    rows, squares = np.array([3, 2]), z[:, :1] ** 2
    running = metrics.RunningMean({"loss": lambda y, z, a: (z**2)[:, 0]})
    for part in (slice(0, 3), slice(3, 5)):
        running.add((hot[part], z[part, :1], z[part, :1]))
    value = np.array([squares[:3].mean(), squares[3:].mean()])
    # five squares: each, their sum and its division are rounded, on either side
    return within(evaluate(where, value=value, rows=rows)["mean"], running.result()["loss"], 2 * (N + 2))


# Factors that float32 holds exactly, so that TensorFlow's cast, which scratch mirrors, changes none of them.
def several_steps(where: str, optimizer: optimizers.Optimizer, *memory: str) -> bool:
    """Take five steps by the stated rule and by the optimizer."""
    w, gradients = RNG.standard_normal(6), RNG.standard_normal((5, 6))
    stated: Names = {"w": w.copy()} | {name: np.zeros(6) for name in memory}
    for t, dw in enumerate(gradients, 1):
        names = {name: getattr(optimizer, name) for name in ARGUMENTS if hasattr(optimizer, name)}
        found = evaluate(where, dw=dw, t=t, **names, **stated)
        stated = {name: found[name] for name in stated}
        optimizer.apply([dw], [w])
    # momentum and betas are exact in float32, through which Keras casts them; no step takes more than 20 operations
    return within(stated["w"], w, 2 * 5 * 20)


ARGUMENTS = ("learning_rate", "momentum", "beta_1", "beta_2", "epsilon", "rho", "weight_decay")


@case("optimizers.sgd.SGD")
def of_sgd(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1))


@case("optimizers.sgd.SGD#1")
def of_momentum(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1, momentum=0.875), "v")


@case("optimizers.sgd.SGD#2")
def of_nesterov(where: str) -> bool:
    return several_steps(where, optimizers.SGD(0.1, momentum=0.875, nesterov=True), "v")


@case("optimizers.adam.Adam")
def of_adam(where: str) -> bool:
    return several_steps(where, optimizers.Adam(beta_1=0.875, beta_2=0.96875), "m", "v")


@case("optimizers.rmsprop.RMSprop")
def of_rmsprop(where: str) -> bool:
    return several_steps(where, optimizers.RMSprop(), "v")


@case("optimizers.rmsprop.RMSprop#1")
def of_rmsprop_with_momentum(where: str) -> bool:
    return several_steps(where, optimizers.RMSprop(momentum=0.875), "v", "s")


@case("optimizers.rmsprop.RMSprop#2")
def of_centered_rmsprop(where: str) -> bool:
    return several_steps(where, optimizers.RMSprop(centered=True), "v", "g")


@case("optimizers.optimizer.Optimizer.decay")
def of_weight_decay(where: str) -> bool:
    optimizer, w = optimizers.SGD(0.5, weight_decay=0.25), z.copy()
    stated = evaluate(where, w=w.copy(), weight_decay=0.25, learning_rate=0.5)["w"]
    optimizer.decay(w)
    return within(stated, w, 3)


@case("optimizers.optimizer.norm")
def of_the_norm(where: str) -> bool:
    return within(evaluate(where, dw=z)["length"], norm(z), N * U + 2)


@case("optimizers.optimizer.clipped_to_norm")
def of_clipping(where: str) -> bool:
    lengths = (0.5, 8.0)
    return all(
        within(evaluate(where, dw=z, limit=2.0, length=length)["clipped"], clipped_to_norm(z, 2.0, length), 3)
        for length in lengths
    )


SCHEDULES: dict[str, schedules.LearningRateSchedule] = {
    "ExponentialDecay": schedules.ExponentialDecay(0.1, 10, 0.5),
    "InverseTimeDecay": schedules.InverseTimeDecay(0.1, 10, 0.5),
    "PolynomialDecay": schedules.PolynomialDecay(0.1, 10, power=2.0),
    "CosineDecay": schedules.CosineDecay(0.1, 10, alpha=0.1),
}


@case(*(f"optimizers.schedules.{name}" for name in SCHEDULES))
def of_a_schedule(where: str) -> bool:
    schedule = SCHEDULES[where.rsplit(".", 1)[1]]
    names = schedule.get_config()
    # no rate takes more than ten operations, cos and a power among them, and they are float32's
    roundings = 20 * int(np.finfo(np.float32).eps / np.finfo(float).eps)
    return all(
        within(evaluate(where, step=step, **names)["rate"], schedule(step), roundings) for step in (0, 3, 10, 12)
    )


@case("regularizers.L1L2")
def of_a_cost(where: str) -> bool:
    return within(evaluate(where, w=z, l1=0.25, l2=0.5)["cost"], regularizers.L1L2(0.25, 0.5)(z), N * U + 4)


@case("regularizers.L1L2.gradient")
def of_a_costs_gradient(where: str) -> bool:
    return within(evaluate(where, w=z, l1=0.25, l2=0.5)["dw"], regularizers.L1L2(0.25, 0.5).gradient(z), 4)


def dense() -> tuple[layers.Dense, Array]:
    layer = layers.Dense(U, activation="sigmoid")
    layer.build((None, D))
    layer.b[...] = RNG.standard_normal(U)
    X = RNG.standard_normal((N, D)).astype(np.float32)
    return layer, X


@case("layers.dense.Dense.forward")
def of_forward(where: str) -> bool:
    layer, X = dense()
    computed = layer.forward(X)
    found = evaluate(where, X=X, W=layer.W, b=layer.b, activation=activations.sigmoid)
    return np.array_equal(found["z"], layer.z) and np.array_equal(found["a"], computed)


@case("layers.dense.Dense.backward")
def of_backward(where: str) -> bool:
    layer, X = dense()
    layer.forward(X)
    layer.backward(da.astype(np.float32), from_logits=True)
    found = evaluate(where, X=X, dz=da.astype(np.float32))
    return np.array_equal(found["dW"], layer.dW) and np.array_equal(found["db"], layer.db)


@case("layers.dense.Dense.backward#1")
def of_dX(where: str) -> bool:
    layer, X = dense()
    layer.forward(X)
    computed = layer.backward(da)
    assert np.array_equal(layer.dz, activations.sigmoid_gradient(layer.a, da))
    return np.array_equal(evaluate(where, dz=layer.dz, W=layer.W)["dX"], computed)


@case("layers.flatten.Flatten.forward")
def of_flatten(where: str) -> bool:
    layer, X = layers.Flatten(), RNG.random((N, 2, 3))
    return np.array_equal(evaluate(where, X=X, N=N, D=6)["a"], layer.forward(X))


@case("layers.flatten.Flatten.backward")
def of_unflatten(where: str) -> bool:
    layer, X = layers.Flatten(), RNG.random((N, 2, 3))
    da = layer.forward(X)
    return np.array_equal(evaluate(where, da=da, X=X)["dX"], layer.backward(da))


@case("layers.activation.Activation.forward")
def of_an_activation_alone(where: str) -> bool:
    layer = layers.Activation("tanh")
    return np.array_equal(evaluate(where, X=z, activation=activations.tanh)["a"], layer.forward(z))


@case("layers.dropout.Dropout.forward", "layers.dropout.Dropout.backward")
def of_dropout(where: str) -> bool:
    layer = layers.Dropout(0.25)
    layer.training = True
    a, dX = layer.forward(z), layer.backward(da)
    found = evaluate(where, mask=layer.mask, X=z, da=da, rate=0.25)
    return within(found["a"], a, 2) if where.endswith("forward") else within(found["dX"], dX, 2)


@case("initializers.GlorotUniform", "initializers.HeUniform", "initializers.LecunUniform")
def of_a_uniform_initializer(where: str) -> bool:
    limit = evaluate(where, fan_in=60, fan_out=40)["limit"]
    W = called(where)(seed=5)((60, 40), "float64")
    return within(np.random.default_rng(5).uniform(-limit, limit, (60, 40)), W, 4)


@case("initializers.GlorotNormal", "initializers.HeNormal", "initializers.LecunNormal")
def of_a_normal_initializer(where: str) -> bool:
    variance = evaluate(where, fan_in=60, fan_out=40)["variance"]
    W = called(where)(seed=5)((60, 40), "float64")
    numbers = initializers.truncated(np.random.default_rng(5), (60, 40))
    return within(np.sqrt(variance) * numbers / initializers.TRUNCATED_STDDEV, W, 6)


@case("initializers.VarianceScaling")
def of_a_scaled_variance(where: str) -> bool:
    variance = evaluate(where, scale=3.0, fan=60)["variance"]
    W = initializers.VarianceScaling(3.0, "fan_in", "untruncated_normal", seed=5)((60, 40), "float64")
    return within(np.random.default_rng(5).normal(0, np.sqrt(variance), (60, 40)), W, 4)


@case("data.split_tail")
def of_the_split(where: str) -> bool:
    x = np.zeros((60, 1))
    rows = evaluate(where, x=x, validation_split=0.8, len=len)["rows"]
    return len(data.split_tail(x, x, None, 0.8)[0][0]) == rows == 11


@case("data.batches")
def of_the_batches(where: str) -> bool:
    x, order = np.zeros((7, 1)), np.arange(7)
    steps = evaluate(where, x=x, batch_size=3, len=len, ceil=np.ceil)["steps"]
    return len(list(data.batches(x, x, [order], 3, "float64"))) == steps == 3


@case("utils.normalize")
def of_normalize(where: str) -> bool:
    return within(evaluate(where, x=z, axis=-1)["normed"], utils.normalize(z), 2 * (U + 2))


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
    # three norms of two numbers, a difference and a quotient, on either side
    return within(evaluate(where, stated=check.stated, measured=check.measured)["error"], check.error, 2 * 20)


@pytest.mark.parametrize("where", sorted(CASES))
def test_the_stated_formula_is_the_computed_one(where: str) -> None:
    assert where in STATED, "there is no formula there"
    assert CASES[where](where), STATED[where]


def test_no_formula_goes_unchecked() -> None:
    assert sorted(STATED) == sorted(CASES)


@pytest.mark.parametrize("where", sorted(STATED))
def test_a_formula_is_made_of_assignments(where: str) -> None:
    assert all(isinstance(line, ast.Assign) for line in ast.parse(STATED[where]).body), STATED[where]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_stated_gradient_is_the_derivative_of_the_stated_function(name: str) -> None:
    def f(z: Array) -> complex:
        return complex((da * evaluate(f"scratch.activations.{name}", z=z, **ANALYTIC)["a"]).sum())

    def stated(z: Array) -> Array:
        a = evaluate(f"scratch.activations.{name}", z=z, **ANALYTIC)["a"]
        dz: Array = evaluate(f"scratch.activations.{name}_gradient", a=a, z=z, da=da, **ANALYTIC)["dz"]
        return dz

    check = gradcheck.check(f, stated, z)
    assert check.ok, str(check)


def stated_loss(name: str, **of: Any) -> Names:
    y = classes if name.startswith("sparse") else hot
    return evaluate(f"scratch.losses.{name}", y=y, one_hot=lambda y: hot, **of)


@pytest.mark.parametrize("name", LOSSES)
def test_the_stated_gradient_of_a_loss_is_the_derivative_of_the_stated_loss(name: str) -> None:
    outputs = 0.02 + 0.9 * probabilities  # no row adds up to 1, no entry is near the clip
    check = gradcheck.check(
        lambda a: complex(stated_loss(name, a=a, **ANALYTIC)["loss"].mean()),
        lambda a: stated_loss(f"{name}_gradient", a=a)["da"],
        outputs,
    )
    assert check.ok, str(check)


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
def test_the_stated_dz_is_the_derivative_of_the_loss_stated_from_logits(name: str) -> None:
    partner = "sigmoid" if name.startswith("binary") else "softmax"

    def dz(z: Array) -> Array:
        a = evaluate(f"scratch.activations.{partner}", z=z)["a"]
        stated: Array = stated_loss(f"{name}_from_logits_gradient", a=a)["dz"]
        return stated

    # abs is no function of complex numbers: abs(z) is z or -z, wherever z is not 0
    def loss(z: Array) -> complex:
        names = NUMPY | {"abs": lambda z: np.where(z.real > 0, z, -z)}
        space: Names = names | {"y": classes if name.startswith("sparse") else hot, "one_hot": lambda y: hot, "z": z}
        exec(STATED[f"scratch.losses.{name}_from_logits"], space)
        return complex(space["loss"].mean())

    check = gradcheck.check(loss, dz, z)
    assert check.ok, str(check)
