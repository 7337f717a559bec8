"""Is what a program cannot have replaced by something harmless, is that said, and is nothing else touched?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.check.sandbox.program import ProgramSandbox
from compare.check.sandbox.stand_ins import Nothing, enlarged, to_categorical
from scratch import datasets
from scratch.datasets import DataError, Dataset
from tests.check.sandbox.program_runs import EVENTS, QUICK, run_once

HARMLESS = {
    "the keyboard": (
        "n = int(input('How many? '))\nassert n == 1",
        "it reads the keyboard: input() was answered with 1",
    ),
    "a plot": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(1, 2)\nax[0].plot([1])\nplt.show()",
        "matplotlib draws and shows nothing",
    ),
    "a plot of many parts": (
        "from matplotlib import pyplot as plt, cm\nfrom mpl_toolkits.mplot3d import Axes3D\n"
        "fig, (one, (two, *rest)) = plt.subplots(1, 3)\nn, bins, _ = plt.hist([1])\n"
        "for a in one.flat: a.plot([1])\nwith plt.style.context('dark'): plt.plot([1], color=cm.viridis(1) * 2)\n"
        "if plt.fignum_exists(1): raise ValueError",
        "matplotlib draws and shows nothing",
    ),
    "a plot by its bare names": (
        "from matplotlib.pyplot import *\nfigure(1)\nplot([1])\nshow()",
        "matplotlib draws and shows nothing",
    ),
    "pylab": ("from pylab import *\nplot(zeros(3))\nshow()", "matplotlib draws and shows nothing"),
    "a plot of pandas": (
        "import pandas as pd\npd.DataFrame({'x': [1, 2]}).plot()",
        "matplotlib draws and shows nothing",
    ),
    "seaborn": ("import seaborn as sns\nsns.heatmap([[1]]).set_title('x')", "seaborn draws and shows nothing"),
    "a folder of Colab": (
        "from google.colab import drive\ndrive.mount('/content/1')",
        "google draws and shows nothing",
    ),
    "a debugger": ("import pdb\npdb.set_trace()\nx = 1", "pdb is passed over"),
    "a breakpoint": ("breakpoint()\nx = 1", "breakpoint() is passed over"),
    "a pause": ("from time import sleep\nsleep(10**6)", "time.sleep() does not wait"),
    "the screen": ("import os\nassert os.system('clear') == 0", "os.system() starts nothing"),
    "rows in a bar": (
        "from tqdm import tqdm\nassert [n for n in tqdm(range(3), desc='x')] == [0, 1, 2]",
        "tqdm shows no progress",
    ),
    "an array in a bar": (
        "import numpy as np\nfrom tqdm import tqdm\nX = np.ones((2, 1))\nassert tqdm(X) is X",
        "tqdm shows no progress",
    ),
    "a range in a bar": (
        "from tqdm.auto import trange\nassert [n for n in trange(1, 3)] == [1, 2]",
        "tqdm shows no progress",
    ),
    "a bar that is talked to": (
        "import tqdm\nwith tqdm.tqdm(range(3)) as bar:\n    for n in bar:\n        bar.set_postfix(loss=n)\n"
        "assert n == 2 and len(bar) == 3\ntqdm.tqdm(total=3).update(1)",
        "tqdm shows no progress",
    ),
    "a log": (
        "import wandb\nwandb.init(project='x')\nwandb.log({'loss': 1})",
        "wandb is not installed: it does nothing",
    ),
    "a function that is decorated": (
        "from loguru import logger\n@logger.catch\ndef train(): return 1\nassert train() == 1",
        "loguru is not installed: it does nothing",
    ),
    "coloured text": (
        "from colorama import Fore\nassert Fore.RED + 'x1' + Fore.RESET == 'x1'\nassert f'{Fore.RED}x' == 'x'",
        "colorama is not installed: it does nothing",
    ),
    "a compiler": (
        "from numba import njit, prange\n@njit(parallel=True)\ndef f(n): return sum(prange(n))\nassert f(3) == 3",
        "numba compiles nothing: the functions run as they are written",
    ),
    "an old name of NumPy": (
        "import numpy as np\nassert np.zeros(1, np.float).dtype == float",
        "np.float is gone from NumPy; here it is what it was",
    ),
    "magics": ("%matplotlib inline\n!pip install numpy\nx = 1", "lines that begin with % or ! are left out"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_it_is_made_harmless_and_said_once(name: str, tmp_path: Path) -> None:
    text, said = HARMLESS[name]
    recording = run_once(tmp_path, text)
    assert (recording.ended, recording.said) == (None, (said,))


UNUSED = "import time, pdb, tqdm, wandb, numba, matplotlib.pyplot as plt, tensorflow as tf, keras\nx = 1"


def test_what_is_imported_and_not_used_is_not_spoken_of(tmp_path: Path) -> None:
    recording = run_once(tmp_path, UNUSED)
    assert (recording.ended, recording.said) == (None, ())


REFUSED = {
    "from keras.datasets import cifar10": "needs keras.datasets.cifar10, a data set that is not at hand (line 1)",
    "import torch": "needs torch, which is not NumPy: what it computes cannot be watched (line 1)",
    "import jax.numpy as np": "needs jax, which is not NumPy: what it computes cannot be watched (line 1)",
    "from keras.models import Sequential": (
        "needs keras.models.Sequential, which is not NumPy: what it computes cannot be watched (line 1)"
    ),
    "import tensorflow as tf\ntf.constant(1)": (
        "needs tensorflow.constant, which is not NumPy: what it computes cannot be watched (line 2)"
    ),
    "import numpy as np\nimport wandb\nnp.ones(3) * wandb.config.rate": (
        "computes with what wandb returns, which is not installed (line 3)"
    ),
    "import matplotlib.pyplot as plt\nplt.imread('1.png')": (
        "reads images with matplotlib, which is not there (line 2)"
    ),
    "from sklearn.datasets import fetch_openml\nfetch_openml('boston')": (
        "needs boston from OpenML, which is not at hand (line 2)"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_would_falsify_the_numbers_is_refused(text: str, tmp_path: Path) -> None:
    assert run_once(tmp_path, text).ended == REFUSED[text]


def test_a_program_that_can_do_without_does_so(tmp_path: Path) -> None:
    text = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\nprint(np.ones(1))"
    assert run_once(tmp_path, text).printed == "[1.]\n"


def test_a_keyboard_that_is_asked_again_and_again_falls_silent(tmp_path: Path) -> None:
    text = "try:\n    while True: input(1)\nexcept EOFError: print('silent')"
    assert run_once(tmp_path, text).printed == "silent\n"


def test_a_notebook_has_the_names_that_notebooks_have(tmp_path: Path) -> None:
    assert run_once(tmp_path, "display(1)", "get_ipython().run_line_magic('matplotlib', 'inline')").ended is None


# ---------------------------------------------------------------- data sets


def small(name: str) -> Dataset:
    """Return a data set of the right shape with few rows, whose labels tell which set it is."""
    label = {"mnist": 1, "fashion_mnist": 2}[name]
    x, y = np.full((3, 28, 28), 7, np.uint8), np.full(3, label, np.uint8)
    return Dataset(name, "a test", True, None, x, y, x[:2], y[:2])


def nowhere(name: str) -> Dataset:
    raise DataError(f"{name} is not to be had")


KERAS = """
(x_train, y_train), (x_test, y_test) = {}.load_data()
print(x_train.shape, x_train.dtype, y_train, x_test.shape, y_test)
"""
ANSWERED = {
    "from keras.datasets import mnist" + KERAS.format("mnist"): "(3, 28, 28) uint8 [1 1 1] (2, 28, 28) [1 1]\n",
    "from tensorflow.keras.datasets import fashion_mnist"
    + KERAS.format("fashion_mnist"): "(3, 28, 28) uint8 [2 2 2] (2, 28, 28) [2 2]\n",
    "import tensorflow as tf"
    + KERAS.format("tf.keras.datasets.mnist"): "(3, 28, 28) uint8 [1 1 1] (2, 28, 28) [1 1]\n",
    "from tensorflow import keras" + KERAS.format("keras.datasets.mnist"): (
        "(3, 28, 28) uint8 [1 1 1] (2, 28, 28) [1 1]\n"
    ),
    """
from torchvision import datasets, transforms
test = datasets.FashionMNIST(root='data', train=False, download=True, transform=transforms.ToTensor())
print(test.data.numpy().shape, test.targets.numpy(), len(test))
""": "(2, 28, 28) [2 2] 2\n",
    """
from sklearn.datasets import fetch_openml
mnist = fetch_openml('mnist_784', version=1, as_frame=False)
print(mnist.data.shape, mnist['target'].astype(int))
""": "(5, 784) [1 1 1 1 1]\n",
    """
from sklearn.datasets import fetch_openml
X, y = fetch_openml('mnist_784', return_X_y=True)
print(type(X).__name__, X.to_numpy().shape, y.astype(int).tolist())
""": "DataFrame (5, 784) [1, 1, 1, 1, 1]\n",
    "import mnist\nprint(mnist.train_images().shape, mnist.test_labels())": "(3, 28, 28) [1 1]\n",
    "from keras.utils import to_categorical\nprint(to_categorical([0, 2]).tolist())": (
        "[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]\n"
    ),
}


@pytest.mark.parametrize("text", ANSWERED)
def test_data_sets_are_answered_from_ours(text: str, tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", [text], QUICK, small) as sandbox:
        recording = sandbox.run(events=EVENTS, seconds=2)
        sandbox.run(["x = 1"], events=EVENTS, seconds=2)
    assert (recording.ended, recording.printed) == (None, ANSWERED[text])


def test_a_data_set_that_is_nowhere_is_replaced_by_small_digits_and_that_is_said(tmp_path: Path) -> None:
    text = "from keras.datasets import mnist" + KERAS.format("mnist").replace("y_train,", "y_train.shape,")
    with ProgramSandbox(tmp_path / "mine.py", [text], replace(QUICK, memory_mb=2048), nowhere) as sandbox:
        recording = sandbox.run(events=EVENTS, seconds=2)
        sandbox.run(["x = 1"], events=EVENTS, seconds=2)
    assert recording.printed.startswith("(60000, 28, 28) uint8 (60000,) (10000, 28, 28)")
    assert recording.said == (
        "mnist is not at hand: small digits stand in for it, enlarged to 28×28 pixels and repeated",
    )


def test_a_program_without_such_data_has_none_loaded(tmp_path: Path) -> None:
    def load(name: str) -> Dataset:
        raise AssertionError(name)

    with ProgramSandbox(tmp_path / "mine.py", ["from keras.utils import to_categorical  # 1"], QUICK, load) as sandbox:
        assert sandbox.run(events=EVENTS, seconds=2).ended is None


def test_enlarged_digits_are_the_digits() -> None:
    x = datasets.load("digits").x_test
    large = enlarged(x)
    assert large.shape == (len(x), 28, 28)
    assert large.max() == 240
    assert np.array_equal(large[:, 2:26:3, 2:26:3], x * 15)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (2, 3)])
def test_one_hot_rows_are_kerass(shape: tuple[int, ...], keras: object) -> None:
    from keras.utils import to_categorical as theirs

    labels = np.arange(np.prod(shape)).reshape(shape) % 4
    assert np.array_equal(to_categorical(labels), theirs(labels))
    assert np.array_equal(to_categorical(labels, 6), theirs(labels, 6))


def test_nothing_is_not_an_array() -> None:
    assert isinstance(np.ones(3) - Nothing("x"), Nothing)
