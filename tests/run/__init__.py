"""A script of one's own, run and held against scratch."""
