"""Structured logs on standard error: events with fields, as lines for people or as JSON."""

import logging
import sys
from typing import Literal

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

_QUIET = ("uvicorn.error", "alembic", "arq.worker")  # INFO says nothing new


def set_up_logs(log_format: Literal["console", "json"], level: str, *, process: str) -> None:
    """Send our events and those of every library through one formatter.

    Args:
        log_format: ``console`` for people, ``json`` for collectors.
        level: the least level that is written: debug, info, warning or error.
        process: which of our processes this is; a field of every event.
    """
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _names_process(process),
    ]
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    # Never the values of variables, as both would show them by default: they are passwords and
    # mail, and putting them into words holds the event loop for seconds.
    if log_format == "json":
        frames = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        last += [frames, structlog.processors.JSONRenderer()]
    else:
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        last += [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=first, processors=last)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _names_process(process: str) -> Processor:
    def add(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event.setdefault("process", process)
        return event

    return add
