"""Understands a training program that was watched: what it trains, whether its steps are right, which line is wrong."""

from compare.check.program.examiner import examine

__all__ = ["examine"]
