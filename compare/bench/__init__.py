"""The benchmark, ``python -m compare bench``: where every claim about speed and memory comes from.

``contenders/`` holds whoever runs, a small file each; ``steady``, ``cold``, ``growth``, ``memory`` and ``sweep`` each
measure one thing; ``measurements`` runs them in order; ``result``, ``terminal`` and ``figure`` show what was found.
"""
