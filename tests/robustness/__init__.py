"""Attempts to break what is read and what is killed, counted: ``python -m tests.robustness --help``."""
