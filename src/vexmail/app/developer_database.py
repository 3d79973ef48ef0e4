"""Which database Alembic's own command line works on."""

from vexmail.app.database_address import DatabaseAddress, parse_database_url
from vexmail.app.instance import running_instance
from vexmail.app.settings import load_settings
from vexmail.app.startup_problem import StartupProblem


def developer_database() -> DatabaseAddress:
    """Return DATABASE_URL, or the embedded database of a VexMail that is running.

    Raises:
        StartupProblem: neither is there.
    """
    settings = load_settings()
    if settings.database_url is not None:
        return parse_database_url(settings.database_url.get_secret_value())
    record = running_instance(settings.data_dir)
    if record is None or not record.database_url:
        raise StartupProblem("Set DATABASE_URL, or start VexMail first (make run).")
    return parse_database_url(record.database_url)
