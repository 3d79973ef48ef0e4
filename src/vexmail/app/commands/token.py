"""``vexmail token``."""

import typer

token = typer.Typer(help="API tokens for programs.", no_args_is_help=True)


@token.callback()
def tokens() -> None:
    """Keep ``create`` a subcommand while it is the only one."""


@token.command()
def create(name: str = typer.Argument(help="What the token is for.")) -> None:
    """Make a token of the owner and print it; it cannot be shown again."""
    from vexmail.app.console import say
    from vexmail.app.container import Container
    from vexmail.app.short_run import run_command
    from vexmail.usecases.sign_in import SignIn

    async def body(built: Container) -> int:
        say(await SignIn(built.uow, built.clock).make_token(name))
        return 0

    raise typer.Exit(run_command(body))
