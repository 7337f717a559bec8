"""More data than memory: a data set made larger, and what training on it costs.

- ``shifting``: more images out of those that there are
- ``writing``: shards on disk
- ``measuring``: the time and the memory of an epoch, from few rows to many
"""
