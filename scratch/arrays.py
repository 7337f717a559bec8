"""The one array type that every room's signatures use."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
