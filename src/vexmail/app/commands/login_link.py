"""``vexmail login-link``."""

import typer


def login_link() -> None:
    """Print a one-time link that signs the owner in; it works for 24 hours."""
    from vexmail.app.console import say
    from vexmail.app.container import Container
    from vexmail.app.instance import running_instance
    from vexmail.app.short_run import run_command
    from vexmail.usecases.sign_in import SignIn

    async def body(built: Container) -> int:
        settings = built.settings
        running = running_instance(settings.data_dir)
        base = settings.vexmail_public_url or (running.url if running else "")
        base = base or f"http://{settings.vexmail_host}:{settings.vexmail_port}"
        secret = await SignIn(built.uow, built.clock).make_link()
        say(f"{base.rstrip('/')}/welcome#{secret}")
        return 0

    raise typer.Exit(run_command(body))
