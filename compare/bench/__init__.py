"""The benchmark, ``python -m compare bench``: where every claim about speed and memory comes from.

``contenders/`` holds whoever runs, a small file each; ``throughput`` measures an epoch, a cold start and memory, and
``scaling`` how the cost grows; ``measurements`` runs both in order; ``result``, ``terminal`` and ``figure`` show what
was found. ``rows_on_disk`` and ``rank_scaling`` measure ``compare.scale``.
"""
