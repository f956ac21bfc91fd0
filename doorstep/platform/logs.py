"""What the house logs: one JSON line each, to stderr, with ids and counts; never a person's data or a secret."""

import logging
import sys

import structlog

LEVELS = ("debug", "info", "warning", "error")


def write_logs(level: str) -> None:
    """Set the least important level that is written.

    Raises:
        ValueError: no such level; the message lists them.
    """
    if level not in LEVELS:
        raise ValueError(f"DOORSTEP_LOG_LEVEL={level!r} is not one of {', '.join(LEVELS)}")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
