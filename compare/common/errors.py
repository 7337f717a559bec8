"""What a user can put right."""


class BadInput(ValueError):
    """An option, a file or a directory that cannot be used: one sentence that says what to do. Exit code 2."""
