"""``vexmail demo``."""


def demo() -> None:
    """Serve made-up mail from a mail server on this machine, apart from your own data."""
    from functools import partial

    from vexmail.app.http import create_app
    from vexmail.app.log_setup import set_up_logs
    from vexmail.app.serve import serve as run
    from vexmail.app.settings import load_settings

    settings = load_settings()
    set_up_logs(settings.vexmail_log_format, settings.vexmail_log_level, process="web")
    folder = settings.data_dir.with_name(f"{settings.data_dir.name}-demo")
    # An account named by the environment is a real one and stays out of the demo.
    apart = settings.with_changes(
        vexmail_data_dir=folder, imap_server=None, email_user=None, email_pass=None
    )
    run(apart, partial(create_app, demo=True, alone=apart.database_url is None))
