"""What tests stand on: real servers for a run, builders, independent checkers.

Rules for editors: a checker imports nothing of what it checks; every process and folder
started here is ended by whoever started it.
"""
