"""Lines for the person at the keyboard."""

import sys


def say(line: str) -> None:
    """Write one line to standard output at once, also when the output is a pipe or a file."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write one line to standard error at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
