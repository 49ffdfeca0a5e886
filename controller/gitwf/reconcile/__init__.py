"""Compares what commits ask for with what the records say, and does the difference."""
