"""Tests of compare.bench."""
