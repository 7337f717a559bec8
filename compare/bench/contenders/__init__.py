"""One file a contender: add one, with one class in it, and it runs."""
