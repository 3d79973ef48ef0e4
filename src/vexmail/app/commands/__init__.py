"""The subcommands of ``vexmail``, one per file, each a function for typer.

Comes in: options of the command line, settings. Goes out: lines for a person, exit codes.

Rules for editors: the docstring of the function is its help text; what is heavy to import is
imported inside the function; ``cli`` registers it.
"""
