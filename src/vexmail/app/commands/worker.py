"""``vexmail worker``."""


def worker() -> None:
    """Parse messages and do other work in the background, until Ctrl-C.

    Needs DATABASE_URL, REDIS_URL and SECRET_KEY; `vexmail serve` runs a worker of its own.
    """
    import asyncio

    from vexmail.app.event_loop import new_event_loop
    from vexmail.app.log_setup import set_up_logs
    from vexmail.app.runtime import settle
    from vexmail.app.settings import load_settings
    from vexmail.app.worker import run_worker

    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, settings.vexmail_log_level, process="worker")
    settled = settle(settings, database_url=None, redis_url=None)
    with asyncio.Runner(loop_factory=new_event_loop()) as runner:
        runner.run(run_worker(settled))
