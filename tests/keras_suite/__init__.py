"""Keras's own tests, run on scratch from a checkout of Keras: ``python -m tests.keras_suite PATH``.

Nothing of Keras is kept here. ``shim`` answers the names that its tests import, ``__main__`` runs them and counts, and
``out_of_scope`` says of each that does not pass why scratch leaves that out.
"""
