"""Does a submission that does harm lose that call, and nobody else anything?"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.check.sandbox import Limits, Submission
from tests.check.sandbox.left_running import ends
from tests.check.submissions import HOSTILE, UNREADABLE, hostile

QUICK = Limits(seconds=5, call_seconds=1.0, memory_mb=1024)
X, W, b = np.ones((2, 3)), np.ones((3, 1)), np.ones(1)
CALL = {"X": X, "W": W, "b": b}

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "mine.py"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_costs_one_call_and_is_named(name: str, write: Write) -> None:
    text, said = HOSTILE[name]
    with Submission(write(text), QUICK) as submission:
        answer = submission.call("dense", CALL)
        if "argument X" in said:
            assert answer.changed == ("X",)
        else:
            assert said in (answer.problem or "")
        after = submission.call("sigmoid", {"z": np.zeros((1, 1))})
        if name == "patches NumPy":
            assert said in (after.problem or "")  # it lasts as long as the process
        else:
            assert after.value == 0.5


def test_a_file_that_hangs_when_it_is_loaded_is_started_once(write: Write) -> None:
    with Submission(write("while True: pass"), Limits(seconds=1, call_seconds=0.1)) as submission:
        assert submission.problem == "it took longer than it may, 0.5 seconds to load"
        assert submission.call("dense", CALL).problem == submission.problem


@pytest.mark.parametrize("name", [name for name, (_, said) in UNREADABLE.items() if "nothing" not in said])
def test_a_file_that_cannot_be_loaded_is_said_to_be_so(name: str, write: Write) -> None:
    text, said = UNREADABLE[name]
    with Submission(write(text), QUICK) as submission:
        assert said in (submission.problem or "")
        assert submission.call("dense", CALL).problem


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with Submission(tmp_path / "nowhere.py", QUICK) as submission:
        assert submission.problem == "it cannot be read: No such file or directory"


@pytest.mark.parametrize(("what", "said"), [("/dev/zero", "no regular file"), ("large.py", "larger than 1 MB")])
def test_what_is_no_file_that_a_person_wrote_is_not_read(what: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"#" * (2**20 + 1))
    with Submission(tmp_path / what, QUICK) as submission:
        assert said in (submission.problem or "")


def test_bytes_that_are_no_python_are_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(bytes(range(128, 256)))
    with Submission(path, QUICK) as submission:
        assert "syntax error" in (submission.problem or "")


def test_nothing_outside_was_written_or_removed(write: Write) -> None:
    stays = Path("/tmp/five-or-not-must-stay")
    stays.touch()
    for name in ("writes elsewhere", "deletes"):
        with Submission(write(HOSTILE[name][0]), QUICK) as submission:
            submission.call("dense", CALL)
    assert stays.exists()
    assert not Path("/tmp/five-or-not-was-here").exists()
    stays.unlink()


LEFT_BEHIND = """
pid = ctypes.CDLL(None).fork()
if pid == 0:
    os.setsid()
    if ctypes.CDLL(None).fork() == 0:
        ctypes.CDLL(None).execlp(b'sleep', b'sleep', b'98765.4321', None)
    os._exit(0)
"""


@pytest.mark.parametrize("apart", [True, False], ids=["in a process space of its own", "without one"])
def test_processes_left_running_are_gone_even_those_that_slipped_by_the_hook(apart: bool, write: Write) -> None:
    with Submission(write(hostile(LEFT_BEHIND)), replace(QUICK, apart=apart)) as submission:
        submission.call("dense", CALL)
    assert ends(b"98765.4321")


def test_a_file_that_hangs_again_and_again_uses_up_its_own_time_only(write: Write) -> None:
    text = hostile("while True: pass").replace("return 1 /", "while True: pass\n    return 1 /")
    with Submission(write(text), Limits(seconds=4, call_seconds=1)) as submission:
        problems = [submission.call(name, CALL if name == "dense" else {"z": X}).problem for name in 5 * ["dense"]]
        problems += [submission.call("sigmoid", {"z": X}).problem for _ in range(50)]
    assert all(problem for problem in problems)
    assert problems[-1] == "it used up its 4 seconds"


def test_plain_data_comes_back_as_it_was(write: Write) -> None:
    text = "def made(x): return (1, 2.5, 10**100, None, True, 'five', [x, {'loss': [0.1, float('inf')]}])"
    with Submission(write(text), QUICK) as submission:
        value = submission.call("made", {"x": 0.1}).value
    assert value == (1, 2.5, 10**100, None, True, "five", [0.1, {"loss": [0.1, float("inf")]}])


def test_what_it_prints_is_kept_up_to_a_limit(write: Write) -> None:
    text = "import sys\nprint('<b>hello</b>')\ndef loud(x): print('x' * 200_000); sys.stderr.write('err')"
    with Submission(write(text), Limits(output_kb=1)) as submission:
        submission.call("loud", {"x": 1})
    assert submission.output.startswith("<b>hello</b>\n")
    assert len(submission.output) == 1024


def test_warnings_are_told(write: Write) -> None:
    with Submission(write("import numpy as np\ndef f(z): return np.exp(z)"), QUICK) as submission:
        answer = submission.call("f", {"z": np.array([1000.0])})
    assert answer.warnings == ("overflow encountered in exp",)


def test_an_update_in_place_is_seen(write: Write) -> None:
    with Submission(write("def step(w):\n    w -= 1"), QUICK) as submission:
        answer = submission.call("step", {"w": np.ones(2)})
    assert answer.changed == ("w",)
    assert answer.after["w"].tolist() == [0, 0]


def test_functions_and_classes_are_found_however_they_are_made(write: Write) -> None:
    text = """
from functools import partial
from math import sqrt
import numpy as np
def _hidden(x): pass
def plain(X, W): pass
short = lambda z: z
part = partial(plain, 1)
class Model:
    def __init__(self, learning_rate=1): pass
    def fit(self): pass
    def predict(self): pass
    def get_weights(self): pass
    def set_weights(self): pass
class Other: pass
"""
    with Submission(write(text), QUICK) as submission:
        assert submission.functions["plain"] == ("X", "W")
        assert submission.functions["short"] == ("z",)
        assert {"part", "sqrt", "fit", "predict", "train_step"} <= submission.functions.keys()
        assert "_hidden" not in submission.functions
        assert submission.classes == {"Model": ("learning_rate",)}


def test_a_neighbour_can_be_imported(write: Write) -> None:
    path = write("from helpers import seven\ndef f(x): return seven")
    (path.parent / "helpers.py").write_text("seven = 7")
    with Submission(path, QUICK) as submission:
        assert submission.call("f", {"x": 1}).value == 7
    assert not (path.parent / "__pycache__").exists()


def test_the_environment_is_not_handed_over(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", "1")
    with Submission(write("import os\ndef f(x): return sorted(os.environ)"), QUICK) as submission:
        assert "MY_SECRET" not in submission.call("f", {"x": 1}).value


def test_the_scratch_directory_goes_away(write: Write) -> None:
    text = "import os\ndef f(x):\n    open('mine.txt', 'w').write('x')\n    return os.getcwd()"
    with Submission(write(text), QUICK) as submission:
        scratch = submission.call("f", {"x": 1}).value
        assert Path(scratch, "mine.txt").exists()
    assert not Path(scratch).exists()


def test_no_file_descriptor_is_left_open(write: Write) -> None:
    path = write(HOSTILE["ends at once"][0])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Submission(path, QUICK) as submission:
            submission.call("dense", CALL)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_protects_is_told(write: Write) -> None:
    with Submission(write("x = 1"), QUICK) as submission:
        assert "at most 1024 MB of memory" in submission.protection
