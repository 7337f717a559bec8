"""Loads one submission and answers calls to its functions. It runs in the child: the standard library and NumPy only.

First it gives up what it can: memory, files, network, other processes.
"""

import io
import json
import os
import sys
from typing import Any

import numpy as np

from compare.check.sandbox.loading import Loaded, parameters_of
from compare.check.sandbox.protection import forbid, go_apart, limit
from compare.check.sandbox.wire import Coder, Pipe, Unusable


def serve(pipe: Pipe, coder: Coder, loaded: Loaded) -> None:
    """Answer calls until the parent hangs up."""
    while True:
        try:
            header, arguments = coder.decode(pipe.receive())
        except EOFError:
            return
        pipe.send(answer(coder, loaded, header["function"], arguments))


def answer(coder: Coder, loaded: Loaded, function: str, arguments: dict[str, Any]) -> bytes:
    """Call one function and tell everything about it."""
    before = {name: x.tobytes() for name, x in arguments.items() if isinstance(x, np.ndarray)}
    loaded.warnings.clear()
    value, problem = loaded.attempt(lambda: loaded.functions[function](*arguments.values()))
    problem = loaded.replaced() or problem
    changed = [name for name, held in before.items() if arguments[name].tobytes() != held]
    header = {"problem": problem, "changed": changed, "warnings": list(loaded.warnings)}
    after = {f"after {name}": arguments[name] for name in changed}
    try:
        return coder.encode(header, after | ({} if problem else {"value": value}))
    except Unusable as error:
        problem = f"returned {error}, where arrays or numbers are due"
    except (Exception, RecursionError) as error:
        problem = f"returned something that cannot be read: {type(error).__name__}"
    return coder.encode(header | {"problem": problem}, {})


def main() -> None:
    """Give up what is not needed, load the submission, and serve."""
    told = json.loads(sys.argv[2])
    apart = go_apart() if told["apart"] else []
    sys.dont_write_bytecode = True
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    pipe, coder = Pipe(told["line"]), Coder()
    _, given = coder.decode(pipe.receive())
    protection = [*limit(told["memory_mb"]), *apart, *forbid(os.getcwd())]
    loaded = Loaded(told["path"], given["source"].tobytes(), told["memory_mb"])
    header = {
        "problem": loaded.problem,
        "functions": {name: parameters_of(function) for name, function in loaded.functions.items()},
        "classes": {name: parameters_of(kind) for name, kind in loaded.classes.items()},
        "protection": protection,
        "apart": bool(apart),
    }
    pipe.send(coder.encode(header, {}))
    serve(pipe, coder, loaded)
