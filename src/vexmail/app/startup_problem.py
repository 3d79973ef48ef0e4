"""Reasons not to start, as sentences a person can act on."""

from typing import ClassVar

from vexmail.domain.errors import PermanentError


class StartupProblem(PermanentError):
    """VexMail cannot start; the message says what is wrong and what to do about it."""

    code = "startup_problem"
    exit_code: ClassVar[int] = 1


class BadSettings(StartupProblem):
    """One or more settings cannot be used; one line each."""

    code = "bad_settings"
    exit_code = 2


class AlreadyRunning(StartupProblem):
    """Another VexMail process works on the same data folder."""

    code = "already_running"
    exit_code = 3


class BadDataFolder(StartupProblem):
    """The data folder cannot be used as it is."""

    code = "bad_data_folder"


class EmbeddedUnavailable(StartupProblem):
    """This machine cannot run the embedded PostgreSQL or Valkey."""

    code = "embedded_unavailable"


class EmbeddedServerFailed(StartupProblem):
    """An embedded server did not start or did not answer."""

    code = "embedded_server_failed"


class DatabaseIsNewer(StartupProblem):
    """The database was migrated by a newer VexMail."""

    code = "database_is_newer"


class DatabaseUnreachable(StartupProblem):
    """DATABASE_URL names a database that does not let us in."""

    code = "database_unreachable"


class PortTaken(StartupProblem):
    """The port that was asked for is in use."""

    code = "port_taken"
