"""Understands a training program that was watched: what it trains, whether its steps are right, which line is wrong."""
