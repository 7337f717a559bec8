"""Beyond one machine: ``scratch`` trained by many MPI ranks at once, and held against one.

- ``parts``: which rows of every batch are a rank's
- ``allreduce``: the one step that all ranks take together
- ``training``: an epoch after the other, with the weights on disk after each
- ``verification``: many ranks against one, by the ladder
- ``launch``: starts the ranks, and says what happened to them
- ``keras_workers``: the same with Keras and ``tf.distribute``
- ``scaling``: from which size it pays
"""
