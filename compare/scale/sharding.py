"""Which rows of every batch are a rank's: the batches stay those of one rank, and each is cut into local ones."""

import numpy as np

from compare.common.errors import BadInput
from scratch.arrays import Array


def local_slice(n: int, rank: int, ranks: int) -> slice:
    """Return a rank's part of n rows: parts differ by one row at most, the larger ones first."""
    size, larger = divmod(n, ranks)
    return slice(rank * size + min(rank, larger), (rank + 1) * size + min(rank + 1, larger))


def local_rows(order: Array, batch_size: int, rank: int, ranks: int) -> tuple[Array, list[float]]:
    """Return a rank's rows of an epoch and, of each step, its share of the batch.

        share = rows_of_rank / rows

    In a short last batch a rank may have no row at all; its share is 0 then, and it takes the step all the same.
    """
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    local = [batch[local_slice(len(batch), rank, ranks)] for batch in batches]
    return np.concatenate(local), [len(rows) / len(batch) for rows, batch in zip(local, batches, strict=True)]


def check_ranks(ranks: int, batch_size: int, train: int, validation: int) -> None:
    """Raise BadInput where some rank would have no row of any batch."""
    smallest = min(batch_size, train, validation)
    if ranks > smallest:
        raise BadInput(
            f"{ranks} ranks cannot share batches of {min(batch_size, train)} and {validation} validation rows: every "
            f"rank needs a row of each; start at most {smallest} ranks, or raise --batch-size"
        )
