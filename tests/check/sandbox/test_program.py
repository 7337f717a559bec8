"""Is a whole program run as it is, read afterwards, and kept from harming anything?"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.check.sandbox import Limits
from compare.check.sandbox.processes import Gone
from compare.check.sandbox.program import ProgramSandbox, Recording, checked
from tests.check.sandbox.left_running import ends
from tests.check.sandbox.program_runs import EVENTS, QUICK, run_once

FINE = "import numpy as np\nW = np.arange(3.0) * 2.0\nprint('done')"


def arrays(recording: Recording) -> list[Any]:
    """Return the arrays that a run made, in their order."""
    refs = [ref for ref, row in enumerate(recording.table["values"]) if row[0] == "array"]
    return list(recording.values(refs).values())


def test_a_program_that_ends_has_nothing_said_of_it(tmp_path: Path) -> None:
    recording = run_once(tmp_path, FINE)
    assert (recording.ended, recording.said, recording.printed) == (None, (), "done\n")


def test_what_was_computed_can_be_read(tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", [FINE], QUICK) as sandbox:
        recording = sandbox.run(events=EVENTS, seconds=2)
        assert any(np.array_equal(x, [0.0, 2.0, 4.0]) for x in arrays(recording))


def test_values_that_were_read_stay_and_others_are_gone_with_the_run(tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", [FINE], QUICK) as sandbox:
        recording = sandbox.run(events=EVENTS, seconds=2)
        (kept, other), read = (
            [ref for ref, row in enumerate(recording.table["values"]) if row[0] == "array"][:2],
            recording.values,
        )
        before = read([kept])
        sandbox.run(events=EVENTS, seconds=2)
        assert np.array_equal(read([kept])[kept], before[kept])
        with pytest.raises(Gone, match="is over"):
            read([other])


def test_a_value_that_nobody_recorded_is_missing(tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", [FINE], QUICK) as sandbox:
        assert sandbox.run(events=EVENTS, seconds=2).values([10**6]) == {}


def test_a_run_that_ends_while_it_is_asked_is_gone(tmp_path: Path) -> None:
    text = """
import os
class Trap:
    shape = ()
    def __abs__(self): return self
    def to_numpy(self): os._exit(0)
trap = abs(Trap())  # 1
"""
    with ProgramSandbox(tmp_path / "mine.py", [text], QUICK) as sandbox:
        recording = sandbox.run(events=EVENTS, seconds=2)
        for said in ("ended the program", "is over"):
            with pytest.raises(Gone, match=said):
                recording.values(range(len(recording.table["values"])))
        assert sandbox.run([FINE], events=EVENTS, seconds=2).ended is None


def test_other_cells_can_be_run_in_the_place_of_the_programs_own(tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", ["import os\nprint('before', 1)"], QUICK) as sandbox:
        first = sandbox.run(events=EVENTS, seconds=2)
        second = sandbox.run(["import os\nprint('after', 1)"], events=EVENTS, seconds=2)
        sandbox.run(events=EVENTS, seconds=2)
        assert (first.printed, second.printed) == ("before 1\n", "after 1\n")


def test_a_module_is_made_to_train_by_a_call(tmp_path: Path) -> None:
    assert run_once(tmp_path, "def train(n): print(n + 1)", call="train(4)").printed == "5\n"


def test_a_call_that_fails_is_said_to_be_the_call(tmp_path: Path) -> None:
    assert run_once(tmp_path, "n = 1", call="train(4)").ended == (
        "raised NameError: name 'train' is not defined (in the call)"
    )


def test_a_program_is_the_main_program_under_its_own_name(tmp_path: Path) -> None:
    text = "import os, sys\nif __name__ == '__main__': print(os.path.basename(__file__), len(sys.argv), 1)"
    assert run_once(tmp_path, text).printed == "mine.py 1 1\n"


def test_a_long_program_is_stopped_when_enough_was_seen(tmp_path: Path) -> None:
    recording = run_once(tmp_path, "w = 1.0\nwhile True:\n    try: w = w * 1.5 - w\n    except Exception: pass")
    assert recording.ended == "stopped: enough was seen"
    assert len(recording.table["ops"]) >= EVENTS


def test_a_program_that_hangs_without_computing_loses_nothing_of_what_was_seen(tmp_path: Path) -> None:
    text = "import queue\nw = 2.5 * 2.0\nqueue.Queue().get()"
    recording = run_once(tmp_path, text, seconds=0.1)
    assert recording.ended == "stopped: its time was over"
    assert recording.table["ops"]


def test_a_loop_can_be_shortened(tmp_path: Path) -> None:
    text = "for epoch in range(1000):\n    print(epoch)"
    with ProgramSandbox(tmp_path / "mine.py", [text], QUICK) as sandbox:
        sandbox.run(events=EVENTS, seconds=2)
        shortened = sandbox.run(events=EVENTS, seconds=2, loops={1: 3})
        sandbox.run(events=EVENTS, seconds=2)
        assert shortened.printed == "0\n1\n999\n"


def test_runs_without_a_seed_draw_the_same_numbers(tmp_path: Path) -> None:
    text = """
import random
import numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), np.random.RandomState().rand())
random.seed()
np.random.seed()
print(random.random(), np.random.rand())
"""
    assert run_once(tmp_path, text).printed == run_once(tmp_path, text).printed


def test_two_generators_without_a_seed_differ(tmp_path: Path) -> None:
    text = "import numpy as np\nprint(np.random.default_rng().random() == np.random.default_rng().random())"
    assert run_once(tmp_path, text).printed == "False\n"


# ---------------------------------------------------------------- how a program ends


SENTENCES = {
    "crashes": ("x = 1\ndef f():\n    return x / 0\nf()", "raised ZeroDivisionError: division by zero (line 3)"),
    "crashes inside NumPy": (
        "import numpy as np\n\nnp.ones(3) @ np.ones(4)",
        "raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        "(n?,k),(k,m?)->(n?,m?) (size 4 is different from 3) (line 3)",
    ),
    "has a syntax error": ("x = 1\ny = = 2", "has a syntax error (line 2): invalid syntax"),
    "is Python 2": ("x = 1\nprint x", "is written for Python 2, where print takes no parentheses (line 2)"),
    "is Python 2, as its names show": (
        "for i in xrange(3): pass",
        "is written for Python 2, which has xrange (line 1)",
    ),
    "is Python 2, as its modules show": ("import cPickle", "is written for Python 2, which has cPickle (line 1)"),
    "needs data": (
        "import numpy as np\nnp.loadtxt('data/rows.csv')",
        "needs data/rows.csv, which is not beside it (line 2)",
    ),
    "needs data for pandas": (
        "import pandas as pd\npd.read_csv('rows.csv')",
        "needs rows.csv, which is not beside it (line 2)",
    ),
    "needs a module": ("import my_helpers", "needs my_helpers, which is neither installed nor beside it (line 1)"),
    "needs another library": (
        "import torch",
        "needs torch, which is not NumPy: what it computes cannot be watched (line 1)",
    ),
    "needs an argument": (
        "import sys\nn = int(sys.argv[1])",
        "needs an argument on its command line: sys.argv[1] (line 2)",
    ),
    "needs an argument of its parser": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('rate')\np.parse_args()",
        "needs arguments on its command line: the following arguments are required: rate (line 4)",
    ),
    "reads the keyboard": (
        "import sys\nwhile True:\n    if input() != '1': break",
        "reads the keyboard again and again, and nobody is there (line 3)",
    ),
    "reads an empty file": (
        "import pickle\npickle.loads(b'')  # 1",
        "raised EOFError: Ran out of input (line 2)",
    ),
    "misses a file of its own words": (
        "raise FileNotFoundError('no rows: 1')",
        "raised FileNotFoundError: no rows: 1 (line 1)",
    ),
    "loads from the network": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/rows.csv')",
        "reaches for the network, and there is none: put what it loads beside it (line 2)",
    ),
    "ends itself": ("import sys\nsys.exit(3)", "ended itself (line 2)"),
    "has no numbers": ("print('hello')", "has no numbers in it"),
    "takes too much memory": ("import numpy as np\nnp.ones(10**9)", "used more than 1024 MB of memory (line 2)"),
    "recurses": ("def f(n): return f(n + 1)\nf(1)", "raised RecursionError: maximum recursion depth exceeded (line 1)"),
    "raises what cannot be shown": (
        "class Bad(Exception):\n    def __str__(self): return 1 / 0\nraise Bad",
        "raised an error that cannot be shown (line 3)",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_how_it_ends_is_said_in_a_sentence(name: str, tmp_path: Path) -> None:
    text, said = SENTENCES[name]
    assert run_once(tmp_path, text).ended == said


def test_what_was_seen_before_a_crash_is_there(tmp_path: Path) -> None:
    assert run_once(tmp_path, "w = 2.5 * 2.0\nw / 0").table["ops"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("x = 1\nx / 0", "raised ZeroDivisionError: division by zero (cell 2, line 2)"),
        ("x = 1\nx = = 2", "has a syntax error (cell 2, line 2): invalid syntax"),
    ],
)
def test_in_a_notebook_the_cell_is_named(cell: str, said: str, tmp_path: Path) -> None:
    assert run_once(tmp_path, "import os", cell, "y = 1").ended == said


# ---------------------------------------------------------------- files


def test_a_program_finds_its_data_beside_it(tmp_path: Path) -> None:
    (tmp_path / "course" / "data").mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (tmp_path / "course" / "rows.csv").write_text("1")
    (tmp_path / "course" / "data" / "rows.txt").write_text("2")
    (tmp_path / "shared" / "rows.csv").write_text("3")
    text = """
import os
here = os.path.dirname(os.path.abspath(__file__))
print(open('rows.csv').read(), open('data/rows.txt').read(), open('../shared/rows.csv').read(),
      open(os.path.join(here, 'data', 'rows.txt')).read())
"""
    assert run_once(tmp_path / "course", text).printed == "1 2 3 2\n"


def test_a_program_writes_over_a_copy_of_its_data_only(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("mine")
    text = "print(open('rows.csv').read(), 1)\nopen('rows.csv', 'w').write('theirs')\nopen('new.txt', 'w').close()"
    with ProgramSandbox(tmp_path / "mine.py", [text], QUICK) as sandbox:
        recordings = [sandbox.run(events=EVENTS, seconds=2) for _ in range(3)]
    assert [recording.printed for recording in recordings] == 3 * ["mine 1\n"]
    assert (tmp_path / "rows.csv").read_text() == "mine"
    assert os.listdir(tmp_path) == ["rows.csv"]


def test_data_that_are_too_large_to_copy_can_be_read_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.check.sandbox.folder.MOST_COPIED", 3)
    (tmp_path / "rows.csv").write_text("mine")
    recording = run_once(tmp_path, "print(open('rows.csv').read(), 1)\nopen('rows.csv', 'w')")
    assert recording.printed == "mine 1\n"
    assert "may write files in its own directory only" in (recording.ended or "")
    assert (tmp_path / "rows.csv").read_text() == "mine"


def test_a_module_beside_it_is_imported_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("helpers", "mnist", "recorder"):
        (tmp_path / f"{name}.py").write_text(f"NAME = {name!r}")
    text = "import helpers, mnist, recorder\nprint(helpers.NAME, mnist.NAME, recorder.NAME)"
    assert run_once(tmp_path, text).printed == "helpers mnist recorder\n"
    assert not (tmp_path / "__pycache__").exists()


# ---------------------------------------------------------------- harm


HOSTILE = {
    "ends its process": ("import os\nos._exit(0)", "ended the program"),
    "aborts": ("import os\nos.abort()", "crashed (SIGABRT)"),
    "floods the output": ("import os\nwhile True: os.write(1, bytes(10**6))", "printed more than 10 MB"),
    "sends nonsense": (
        "import os\nfor n in range(3, 64):\n    try: os.write(n, b'\\xff' * 64)\n    except OSError: pass",
        "sent something that is no answer",
    ),
    "sends a table of another kind": (
        "import json, os, struct\n"
        "line = json.dumps({'values': {}, 'ended': 3, 'said': [], 'table': {}}).encode()\n"
        "line = struct.pack('<Q', len(line)) + line\n"
        "for n in range(3, 64):\n    try: os.write(n, struct.pack('<Q', len(line)) + line)\n    except OSError: pass",
        "sent something that is no answer",
    ),
    "closes the line": ("import os\nos.closerange(3, 64)\nos._exit(1)", "ended the program"),
    "closes the line and stays": (
        "import os\nos.closerange(3, 64)\nexec('while True: pass')",
        "closed its line to the checker",
    ),
    "kills its parent": (
        "import ctypes, os\nctypes.CDLL(None).kill(os.getppid(), 9)\nos._exit(0)",
        "ended the program",
    ),
    "starts a program": (
        "import subprocess\nsubprocess.run(['true', '1'])",
        "raised PermissionError: a submission may not start other programs (line 2)",
    ),
    "writes elsewhere": (
        "open('/tmp/five-or-not-was-here', 'w')",
        "raised PermissionError: a submission may write files in its own directory only (line 1)",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_costs_one_run_and_is_named(name: str, tmp_path: Path) -> None:
    text, said = HOSTILE[name]
    with ProgramSandbox(tmp_path / "mine.py", [text + "\n# 1"], QUICK) as sandbox:
        assert sandbox.run(events=EVENTS, seconds=2).ended == said
        assert sandbox.run([FINE], events=EVENTS, seconds=2).ended is None


ROW = ["binary", 1, 0, [0, -1], 0, "+"]
WELL: dict[str, Any] = {"stopped": None, "shortened": {"3": 2}, "values": [["float", "1.0"]], "ops": [ROW]}


def test_a_table_that_is_well_is_taken() -> None:
    assert checked(WELL) == WELL


@pytest.mark.parametrize(
    "lie",
    [
        {"stopped": 3},
        {"shortened": {"x": 2}},
        {"values": 3},
        {"values": [["list", [0]]]},
        {"values": [["array", "<f8", [-1]]]},
        {"values": [["plain", [1]]]},
        {"values": [[]]},
        {"ops": [["binary"]]},
        {"ops": [["binary", 1, 0, [1], 0, "+"]]},
        {"ops": [["binary", 1, 0, [0], 7, "+"]]},
        {"ops": [["binary", -1, 0, [0], 0, "+"]]},
        {"ops": [["binary", "1", 0, [0], 0, "+"]]},
        {"ops": [["binary", 1, 0, 3, 0, "+"]]},
    ],
    ids=str,
)
def test_a_table_that_lies_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(Gone, match="no answer"):
        checked(WELL | lie)


def test_a_run_that_nothing_interrupts_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.check.sandbox.program.GRACE", 0.5)
    text = "import numpy as np\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass"
    with ProgramSandbox(tmp_path / "mine.py", [text], QUICK) as sandbox:
        assert sandbox.run(events=10**9, seconds=0.1).ended == "took longer than it may, 0.6 seconds to run"
        assert sandbox.run([FINE], events=EVENTS, seconds=2).ended is None


def test_a_file_has_its_time_for_all_of_its_runs(tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", ["w = 1\nwhile True: pass"], Limits(seconds=1)) as sandbox:
        ended = [sandbox.run(events=10**9, seconds=5).ended for _ in range(3)]
    assert ended == 3 * ["used up its 1 seconds"]


def test_loud_programs_lose_what_they_print_and_no_more(tmp_path: Path) -> None:
    recording = run_once(tmp_path, "for n in range(200): print('x' * 10**6)\nw = 2.5 * 2.0")
    assert recording.ended is None
    assert len(recording.printed) <= QUICK.output_kb * 1024


LEFT_BEHIND = """
import ctypes, os
pid = ctypes.CDLL(None).fork()
if pid == 0:
    os.setsid()
    if ctypes.CDLL(None).fork() == 0:
        ctypes.CDLL(None).execlp(b'sleep', b'sleep', b'98765.1234', None)
    os._exit(0)
"""


@pytest.mark.parametrize("apart", [True, False], ids=["in a process space of its own", "without one"])
def test_nothing_is_left_running(apart: bool, tmp_path: Path) -> None:
    with ProgramSandbox(tmp_path / "mine.py", [LEFT_BEHIND], replace(QUICK, apart=apart)) as sandbox:
        sandbox.run(events=EVENTS, seconds=2)
    assert ends(b"98765.1234")


def test_no_file_descriptor_and_no_directory_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    for text in (FINE, "import os\nos._exit(1)", "x = = 1"):
        with ProgramSandbox(tmp_path / "mine.py", [text], QUICK) as sandbox:
            for _ in range(2):
                sandbox.run(events=EVENTS, seconds=2)
    assert len(os.listdir("/proc/self/fd")) == before
    assert os.listdir(tmp_path) == []


def test_the_process_of_a_run_knows_nothing_of_this_project(tmp_path: Path) -> None:
    text = "import sys\nours = {'compare', 'scratch', 'keras', 'rich'}\nprint(1, ours & {*sys.modules})"
    assert run_once(tmp_path, text).printed == "1 set()\n"
