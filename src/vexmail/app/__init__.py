"""Composition root: reads settings, builds every part, starts and stops it.

Comes in: environment, ``.env``, the command line, signals. Goes out: running processes,
exit codes, and sentences for the person at the keyboard.

Rules for editors:

* Nothing imports this room. It may import everything.
* A command lives in ``commands/<name>.py``; ``cli`` only registers it. Heavy imports
  (FastAPI, SQLAlchemy) happen inside the command, so ``vexmail --help`` stays quick.
* What a person can cause (a bad setting, a taken port, a full disk) is a
  ``StartupProblem``: one clear sentence and an exit code, never a traceback.
* Lines for a person go through ``console.say`` to standard output; logs go to standard error.
"""
