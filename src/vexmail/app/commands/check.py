"""``vexmail check``."""

from typing import Annotated

import typer


def check(
    *,
    server: Annotated[
        bool, typer.Option("--server/--no-server", help="Compare with the IMAP servers too.")
    ] = True,
) -> None:
    """Check that what is stored is consistent and equals what the IMAP servers hold.

    Exit code 0: all is well; 1: something differs, and the report says what.
    """
    from vexmail.app.console import say
    from vexmail.app.container import Container
    from vexmail.app.short_run import run_command
    from vexmail.domain.errors import VexMailError
    from vexmail.imap.server import AioimaplibMailServer
    from vexmail.store.invariants import check_consistency
    from vexmail.usecases.compare_with_server import CompareWithServer
    from vexmail.usecases.read_sync_plan import ReadSyncPlan

    async def body(built: Container) -> int:
        async with built.reader() as driver:
            broken = await check_consistency(driver)
        for violation in broken:
            say(f"BROKEN  {violation.invariant}: {violation.rows} rows, e.g. {violation.example}")
        wrong = len(broken)
        plan = ReadSyncPlan(built.uow, built.box)
        compare = CompareWithServer(built.uow, plan, AioimaplibMailServer())
        for account in await plan.accounts() if server else []:
            try:
                differences = await compare(account)
            except VexMailError as error:
                say(f"UNKNOWN {account.email}: not compared. {error}")
                wrong += 1
                continue
            for difference in differences:
                say(f"DIFFERS {account.email}, {difference.mailbox}: {difference.what}")
            if not differences:
                say(f"EQUAL   {account.email} and its server")
            wrong += len(differences)
        say("All is well." if not wrong else f"{wrong} findings.")
        return 1 if wrong else 0

    raise typer.Exit(run_command(body))
