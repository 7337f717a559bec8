"""The floor: nobody trains an epoch faster than the memory hands over its rows."""

from compare.bench.contender import Array, Contender


class BandwidthFloor(Contender):
    """Reads as many bytes as the rows have, front to back, once: bytes that must move / measured bandwidth."""

    title = "memory bandwidth floor"
    remark = "reads every row once, in order, and trains nothing"
    trains = False
    same_math = False

    def epoch(self, order: Array) -> None:
        """Read all rows, with the BLAS's dot product, which waits for nothing but the memory."""
        X = self.task.X.reshape(-1)
        X.dot(X)
