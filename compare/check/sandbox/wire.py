"""How both sides of the sandbox talk. It runs in the child, too: the standard library and NumPy only.

A message is its length in 8 bytes and that many bytes: a line of JSON and the raw bytes of its arrays. Nothing is
ever pickled. The child takes hold of whatever it needs before the submission's first line runs, because that may put
other things in its place; our side trusts no message, and makes nothing of one before its sizes and types are checked.
"""

import json
import os
import struct
from typing import Any

import numpy as np

MOST_BYTES = 64 * 2**20
MOST_HEADER = 64 * 2**20
MOST_BYTES_RECORDED = 512 * 2**20
MOST_NODES = 500_000
KINDS = "biufc"
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError, struct.error)
"""What reading a message raises that nobody sent rightly."""


class Pipe:
    """The child's end of a line, on a file descriptor of its own."""

    def __init__(self, line: int) -> None:
        self.line = line
        self._read, self._write, self._unpack, self._pack = os.read, os.write, struct.unpack, struct.pack

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            part = self._read(self.line, min(size, 2**20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive(self) -> bytes:
        """Return the next message."""
        return self._exactly(self._unpack("<Q", self._exactly(8))[0])

    def send(self, message: bytes) -> None:
        """Send a message."""
        rest = memoryview(self._pack("<Q", len(message)) + message)
        while rest:
            rest = rest[self._write(self.line, rest) :]


class Unusable(Exception):
    """A value that is no plain data."""


class Coder:
    """Turns plain data into bytes and back, with functions that were taken hold of early."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        """The most bytes of arrays in a message."""
        self._dumps, self._loads, self._pack, self._unpack = json.dumps, json.loads, struct.pack, struct.unpack
        self._frombuffer, self._dtype, self._ndarray, self._generic = np.frombuffer, np.dtype, np.ndarray, np.generic
        self._asarray, self._tobytes = np.asarray, np.ndarray.tobytes

    def encode(self, header: dict[str, Any], values: dict[str, Any]) -> bytes:
        """Return a header and named values as one message. Raises Unusable for what is no plain data."""
        self._blobs: list[bytes] = []
        self._nodes = self._bytes = 0
        line = self._dumps(header | {"values": {name: self._node(value, 0) for name, value in values.items()}})
        text = line.encode()
        return self._pack("<Q", len(text)) + text + b"".join(self._blobs)

    def _node(self, value: Any, depth: int) -> list[Any]:
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > 20:
            raise Unusable("more than it may return")
        if value is None or isinstance(value, bool):
            return ["plain", value]
        if isinstance(value, self._generic):
            value = self._asarray(value)
        if isinstance(value, self._ndarray):
            return self._array(value)
        if isinstance(value, int):
            return ["int", str(value)] if abs(value) < 2**1000 else self._refuse("a number that is too large")
        if isinstance(value, float):
            return ["float", value.hex()]
        if isinstance(value, str):
            return ["plain", value[:1000]]
        if isinstance(value, list | tuple):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return [kind, [self._node(entry, depth + 1) for entry in value]]
        if not isinstance(value, dict) and isinstance(getattr(value, "history", None), dict):
            value = value.history
        if isinstance(value, dict):
            return ["dict", [[str(key)[:100], self._node(entry, depth + 1)] for key, entry in value.items()]]
        return self._refuse(f"a {type(value).__name__}")

    def _refuse(self, what: str) -> list[Any]:
        raise Unusable(what)

    def _array(self, value: Any) -> list[Any]:
        if value.dtype.kind not in KINDS:
            return self._refuse(f"an array of {value.dtype}")
        self._bytes += value.nbytes
        if self._bytes > self.most_bytes:
            return self._refuse(f"more than {self.most_bytes // 2**20} MB")
        blob = self._tobytes(value)
        self._blobs.append(blob)
        return ["array", value.dtype.str, list(value.shape), len(blob)]

    def decode(self, message: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the header and the named values of a message; its arrays may be written to. Raises one of BROKEN."""
        (size,) = self._unpack("<Q", message[:8])
        header = self._loads(message[8 : 8 + size])
        self._rest = memoryview(message)[8 + size :]
        if not isinstance(header, dict):
            raise ValueError("no header")
        return header, {name: self._value(node) for name, node in header["values"].items()}

    def _value(self, node: list[Any]) -> Any:
        kind, *rest = node
        if kind == "array":
            name, shape, length = rest
            dtype = self._dtype(str(name))
            if dtype.kind not in KINDS or not all(isinstance(n, int) and n >= 0 for n in shape):
                raise ValueError("no array of numbers")
            blob, self._rest = self._rest[:length], self._rest[length:]
            return self._frombuffer(blob, dtype).reshape(shape).copy()
        if kind in ("list", "tuple"):
            entries = [self._value(entry) for entry in rest[0]]
            return tuple(entries) if kind == "tuple" else entries
        if kind == "dict":
            return {str(key): self._value(entry) for key, entry in rest[0]}
        if kind == "int":
            return int(rest[0])
        return float.fromhex(rest[0]) if kind == "float" else rest[0]
