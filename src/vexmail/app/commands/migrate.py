"""``vexmail migrate``."""


def migrate() -> None:
    """Bring the database to the tables this version expects."""
    import asyncio

    from vexmail.app.console import say
    from vexmail.app.log_setup import set_up_logs
    from vexmail.app.running_servers import servers_for_command
    from vexmail.app.settings import load_settings

    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, settings.vexmail_log_level, process="migrate")

    async def upgrade() -> None:
        async with servers_for_command(settings, say):
            say("The database is up to date.")

    asyncio.run(upgrade())
