"""Runs a submission, which is someone else's code, in a process of its own.

It is a file of functions, which are asked one question at a time, or a whole program, whose computations are read.

What this protects against is mishap and mischief in a class: endless loops, floods of output or memory, programs that
end themselves, that start others, that reach for the network, write over files, replace NumPy's functions or return
nonsense. Each costs the submission the call in which it happens; the next call gets a fresh process, as long as the
file's time lasts. The process has a session, a scratch directory and an empty environment of its own; on Linux, where
the kernel allows it, also a process space, in which nothing outlives it, and a network with nothing in it. Elsewhere
an audit hook refuses sockets, other programs and files outside the scratch directory.

What it does not protect against is a determined attacker: code that reaches past Python (ctypes, a flaw in a library)
gets around the audit hook, and it can read what you can read. A submission can also call Keras itself and hand back
its answers. Run strangers' code on a machine or in a container that you can afford to lose.

    submission.py      our side of a file of functions: asks, and waits
    program.py         our side of a program: runs it, and reads the recording
    processes.py       what both start, speak through and end
    folder.py          the directory in which a program finds its data
    start.py           their side: imports a module of the child without the packages around it
    worker.py          loads one file and answers calls
    loading.py         what a file defines, and a class's methods as functions
    program_worker.py  forks for each run of a program, and hands out what was recorded
    instrument.py      rewrites a program so that every expression is reported
    recorder.py        records what is reported
    stand_ins.py       what a program finds in place of what it cannot have
    magics.py          leaves out what only a notebook understands
    protection.py      what it may use, and how it is held to that
    wire.py            how both sides talk

What runs in the child says so in its first lines, and knows the standard library and NumPy only.
"""

from compare.check.sandbox.processes import Gone
from compare.check.sandbox.program import ProgramSandbox, Recording
from compare.check.sandbox.protection import Limits
from compare.check.sandbox.submission import Answer, Submission, read_source

__all__ = ["Answer", "Gone", "Limits", "ProgramSandbox", "Recording", "Submission", "read_source"]
