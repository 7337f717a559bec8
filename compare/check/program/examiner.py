"""Examines one program, script or notebook: runs it watched, understands its training, and finds what is wrong."""


def examine() -> None:
    """Examine."""
