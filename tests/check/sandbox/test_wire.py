"""Does what is sent come as it was, and is a message that lies refused?"""

import json
import struct
from typing import Any

import numpy as np
import pytest

from compare.check.sandbox.wire import BROKEN, MOST_BYTES, Coder, Unusable
from scratch.arrays import Array


def there_and_back(value: Any) -> Any:
    _, values = Coder().decode(Coder().encode({}, {"value": value}))
    return values["value"]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="float32").reshape(2, 3),
        np.array(3.5),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.empty((0, 3)),
        np.arange(4, dtype=">f8"),
        np.array([1, 2], np.uint8),
        np.array([True, False]),
        np.arange(12.0).reshape(3, 4)[::2, ::-1],
        np.array([np.nan, np.inf, -0.0]),
    ],
    ids=str,
)
def test_arrays_come_bit_for_bit_and_may_be_written_to(array: Array) -> None:
    value = there_and_back(array)
    assert value.dtype == array.dtype
    assert value.shape == array.shape
    assert value.tobytes() == array.tobytes()
    assert value.flags.writeable


def test_plain_data_comes_as_it_was() -> None:
    value = (1, 2.5, 10**100, None, True, "five", [0.1, {"loss": [0.1, float("inf")]}])
    assert there_and_back(value) == value


def test_a_header_comes_beside_the_values() -> None:
    header, values = Coder().decode(Coder().encode({"function": "dense"}, {"b": 1}))
    assert (header["function"], values) == ("dense", {"b": 1})


@pytest.mark.parametrize(
    "value",
    [np.array([None]), np.zeros(MOST_BYTES // 8 + 1), object(), {1, 2}, 2**1000, list(range(10**6))],
    ids=["objects", "too large", "an object", "a set", "a huge number", "too many"],
)
def test_what_is_no_plain_data_is_refused(value: Any) -> None:
    with pytest.raises(Unusable):
        Coder().encode({}, {"value": value})


def forged(header: Any, blob: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + blob


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"no length",
        struct.pack("<Q", 2**40) + b"{}",
        forged([1, 2]),
        forged({"no": "values"}),
        forged({"values": 3}),
        forged({"values": {"x": []}}),
        forged({"values": {"x": ["array", "<f8", [2**40], 8]}}, bytes(8)),
        forged({"values": {"x": ["array", "<f8", [-1], 8]}}, bytes(8)),
        forged({"values": {"x": ["array", "O", [1], 8]}}, bytes(8)),
        forged({"values": {"x": ["array", "<f8", "wide", 8]}}, bytes(8)),
        forged({"values": {"x": ["float", "0x1p99999"]}}),
        forged({"values": {"x": ["int", "many"]}}),
        forged({"values": {"x": ["dict", [[1]]]}}),
    ],
    ids=range(14),
)
def test_a_message_that_lies_is_refused(message: bytes) -> None:
    with pytest.raises(BROKEN):
        Coder().decode(message)
