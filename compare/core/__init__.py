"""The comparison itself: one configuration, both frameworks trained on the same batches, checks, one verdict."""
