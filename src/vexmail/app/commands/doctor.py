"""``vexmail doctor``."""


def doctor() -> None:
    """Check what VexMail needs on this machine, and say what to do about what is missing."""
    import asyncio

    import typer

    from vexmail.app.console import say
    from vexmail.app.examination import examine

    if not asyncio.run(examine(lambda finding: say(str(finding)))):
        raise typer.Exit(1)
