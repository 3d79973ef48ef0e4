"""``vexmail serve``."""

from vexmail.app.quick_imports import quick_imports


def serve() -> None:
    """Serve mail to browsers and programs, with everything it needs, until Ctrl-C."""
    with quick_imports():
        from functools import partial

        from vexmail.app.crash_order import obey_crash_order
        from vexmail.app.http import create_app
        from vexmail.app.log_setup import set_up_logs
        from vexmail.app.serve import serve as run
        from vexmail.app.settings import load_settings

    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, settings.vexmail_log_level, process="web")
    obey_crash_order()
    # An embedded database is ours alone: its folder is locked.
    run(settings, partial(create_app, alone=settings.database_url is None))
