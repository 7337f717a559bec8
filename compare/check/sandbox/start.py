"""Starts one module in the process that holds a submission. It runs in the child: the standard library only.

While the module is imported, empty packages stand in for the ones that it lies in, so that none of what those import
is loaded. Afterwards all are taken away: what a submission imports by their names is its own, or what is installed.
"""

import importlib
import os
import sys
import types

SANDBOX = "compare.check.sandbox"


def imported(name: str) -> types.ModuleType:
    """Import a module of the child, which may use the other modules of the sandbox."""
    root = os.path.abspath(__file__)
    for _ in range(len(SANDBOX.split(".")) + 1):
        root = os.path.dirname(root)
    for inner in (SANDBOX, name.rpartition(".")[0]):
        parts = inner.split(".")
        for depth in range(1, len(parts) + 1):
            package = types.ModuleType(".".join(parts[:depth]))
            package.__path__ = [os.path.join(root, *parts[:depth])]
            sys.modules.setdefault(package.__name__, package)
    module = importlib.import_module(name)
    for known in [known for known in sys.modules if known.split(".")[0] == "compare"]:
        del sys.modules[known]
    return module


if __name__ == "__main__":
    imported(sys.argv[1]).main()
