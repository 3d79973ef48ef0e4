"""``vexmail account``."""

from typing import Annotated

import typer

account = typer.Typer(help="Mail accounts.", no_args_is_help=True)


@account.callback()
def accounts() -> None:
    """Keep ``add`` a subcommand while it is the only one."""


@account.command()
def add(
    email: Annotated[str, typer.Argument(help="Your address.")],
    imap_server: Annotated[str, typer.Option(help="Host name of the IMAP server.")],
    imap_port: Annotated[int, typer.Option(help="993 for tls, 143 else.")] = 993,
    imap_security: Annotated[str, typer.Option(help="tls, starttls or none.")] = "tls",
    username: Annotated[str, typer.Option(help="If it is not the address.")] = "",
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, envvar="EMAIL_PASS", help="Asked for if absent."
        ),
    ] = "",
) -> None:
    """Try to log in, then add an account; a VexMail that runs starts its sync in seconds."""
    from vexmail.app.console import complain, say
    from vexmail.app.container import Container
    from vexmail.app.short_run import run_command
    from vexmail.app.sync_tools import fleet_of
    from vexmail.domain.server_address import Credentials, Security, ServerAddress
    from vexmail.imap.server import AioimaplibMailServer
    from vexmail.usecases.manage_accounts import AccountDetails, ManageAccounts
    from vexmail.usecases.sign_in import SignIn

    if imap_security not in {s.value for s in Security}:
        complain("--imap-security is one of tls, starttls and none.")
        raise typer.Exit(2)

    async def body(built: Container) -> int:
        owner = await SignIn(built.uow, built.clock).owner()
        server = AioimaplibMailServer()
        fleet, _ = fleet_of(built, server)  # not run here: it only tells the others
        manage = ManageAccounts(built.uow, server, built.box, fleet)
        view = await manage.add(
            owner.id,
            AccountDetails(
                email=email,
                name="",
                imap=ServerAddress(imap_server, imap_port, Security(imap_security)),
                credentials=Credentials(username or email, password),
            ),
        )
        await built.bell.flush()
        say(f"Added {view['email']} (account {view['id']}).")
        return 0

    raise typer.Exit(run_command(body))
