"""The tutorial's lessons, run on both sides: ``python -m compare lessons``.

Every file here that has a ``LESSON`` is a lesson; ``kit`` is what they are made with.
"""
