"""The ``vexmail`` command: one module of ``commands`` per subcommand."""

import sys

import typer

from vexmail.app.commands.account import account
from vexmail.app.commands.check import check
from vexmail.app.commands.demo import demo
from vexmail.app.commands.doctor import doctor
from vexmail.app.commands.login_link import login_link
from vexmail.app.commands.migrate import migrate
from vexmail.app.commands.openapi import openapi
from vexmail.app.commands.serve import serve
from vexmail.app.commands.token import token
from vexmail.app.commands.worker import worker
from vexmail.app.console import complain
from vexmail.app.startup_problem import StartupProblem

app = typer.Typer(
    name="vexmail",
    help="Self-hosted web mail and mail API over any IMAP account, live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve)
app.command()(worker)
app.command()(migrate)
app.command()(doctor)
app.command()(openapi)
app.command()(demo)
app.command()(check)
app.command(name="login-link")(login_link)
app.add_typer(token, name="token")
app.add_typer(account, name="account")


def main() -> None:
    """Run a command; what a person can put right is one clear message and an exit code."""
    if sys.platform == "win32":
        complain("VexMail runs on Linux and macOS; on Windows use WSL or Docker.")
        sys.exit(1)
    try:
        app()
    except StartupProblem as problem:
        for line in str(problem).splitlines():
            complain(line)
        sys.exit(problem.exit_code)
