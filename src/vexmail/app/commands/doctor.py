"""``vexmail doctor``."""


def doctor() -> None:
    """Check what VexMail needs on this machine, and say what to do about what is missing."""
    import asyncio

    import typer

    from vexmail.app.examination import examine

    if not asyncio.run(examine()):
        raise typer.Exit(1)
