"""Many submissions side by side, on this machine's cores or on a cluster of somebody else's."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from compare.check.exam import Exam
from compare.check.examine import Checked, examine
from compare.check.sandbox import Limits, read_source
from compare.common.errors import BadInput


def check_many(
    paths: Sequence[Path], exam: Exam, limits: Limits, workers: int | None = None, cluster: str | None = None
) -> Iterator[tuple[int, Checked]]:
    """Yield (number, result) for every file as soon as it is done, in whatever order.

    ``workers`` are processes here, one a core where none is given; ``cluster`` is the address of a Dask scheduler.
    The files are read here, so a cluster's machines need not have them. Raises BadInput where there is no cluster.
    """
    from joblib import Parallel, delayed

    with _engine(cluster):
        parallel = Parallel(n_jobs=workers or os.cpu_count() or 1, return_as="generator_unordered")
        yield from parallel(
            delayed(_numbered)(number, path, _read(path), exam, limits) for number, path in enumerate(paths)
        )


def _numbered(number: int, path: Path, source: bytes | None, exam: Exam, limits: Limits) -> tuple[int, Checked]:
    """Examine one file. What goes wrong on our own side costs this file its result, and no other."""
    try:
        return number, examine(path, exam, limits, source)
    except Exception as error:
        return number, Checked(str(path), problem=f"the check itself failed: {type(error).__name__}: {error}")


def _read(path: Path) -> bytes | None:
    """Return the file's bytes; None where it cannot be read, which the sandbox then says."""
    try:
        return read_source(path)
    except OSError:
        return None


def _engine(address: str | None) -> AbstractContextManager[Any]:
    """Return joblib's own processes, or a Dask cluster's."""
    if address is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError:
        raise BadInput("--cluster needs Dask: install it with pip install 'five-or-not[cluster]'") from None
    from joblib import parallel_config

    try:
        client = Client(address, timeout="5s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput(f"no Dask scheduler answers at {address}: {error}") from None
    return _Cluster(client, parallel_config(backend="dask", client=client))


class _Cluster(AbstractContextManager[None]):
    """Sends joblib's work to a cluster, and says goodbye to it at the end."""

    def __init__(self, client: Any, config: Any) -> None:
        self.client = client
        self.config = config

    def __exit__(self, *error: object) -> None:
        self.config.__exit__(*error)
        self.client.close()
