"""Does the description of the machine hold up where something is missing?"""

import os
from pathlib import Path

import numpy as np
import pytest

from compare.common import environment


def test_versions_are_those_of_the_packages_that_are_installed() -> None:
    assert environment.versions("numpy", "no-such-package-anywhere") == {"numpy": np.__version__}


def test_the_memory_is_told_in_gigabytes_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2_000_000}[name])
    assert environment.memory_gb() == 8.2
    monkeypatch.delattr(os, "sysconf")
    assert environment.memory_gb() is None


def test_a_processor_has_a_name_even_where_linux_does_not_tell_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(path: Path, **options: str) -> str:
        raise OSError

    assert environment._processor()
    monkeypatch.setattr(Path, "read_text", unreadable)
    assert environment._processor()
