"""Beyond one machine's memory, and beyond one machine: ``python -m compare grow`` and ``python -m compare ranks``.

- ``augmentation``: a data set made larger, and written as shards
- ``sharding``: which rows of every batch are a rank's
- ``allreduce``: the one step that all MPI ranks take together
- ``rank``: one rank from start to end; ``checkpoint``: its weights on disk after each epoch
- ``verification``: many ranks held against one, by the ladder
- ``launch``: starts the ranks, and says what happened to them
- ``keras_workers``: the same with Keras and ``tf.distribute``
- ``output``: what the terminal shows, and ``ranks.json``

How long all this takes is measured by ``python -m compare bench --rows-on-disk DIR`` and ``--ranks``.
"""
