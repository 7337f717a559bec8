"""Checks a learner's own implementation: which line of the math departs, and what the mistake is called."""
