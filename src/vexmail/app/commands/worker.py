"""``vexmail worker``."""

from vexmail.app.quick_imports import quick_imports


def worker() -> None:
    """Parse messages and do other work in the background, until Ctrl-C.

    Needs DATABASE_URL, REDIS_URL and SECRET_KEY; `vexmail serve` runs a worker of its own.
    """
    with quick_imports():
        from vexmail.app.crash_order import obey_crash_order
        from vexmail.app.log_setup import set_up_logs
        from vexmail.app.runtime import settle
        from vexmail.app.settings import load_settings
        from vexmail.app.until_stopped import run_until_stopped
        from vexmail.app.worker import run_worker

    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, settings.vexmail_log_level, process="worker")
    obey_crash_order()
    run_until_stopped(run_worker(settle(settings, database_url=None, redis_url=None)))
