"""Structured logs: every line, ours or a library's, with request, run and task ids, credentials masked.

Ids are bound by `structlog.contextvars.bind_contextvars(run=..., request=...)` and appear on every line until unbound.
"""

from __future__ import annotations

import logging.config
import re
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

MASK = "***"

SECRET_NAME = re.compile(
    r"secret|token|passw|authori[sz]ation|api[_-]?key|credential|cookie|private[_-]?key|(partner|user)[_-]?key"
    r"|^code$|code_verifier",
    re.IGNORECASE,
)
_SECRET_WORD = (
    r"[\w.-]*(?:secret|token|passw(?:or)?d|api[_-]?key|credentials?|private[_-]?key|partner[_-]?key|user[_-]?key)[\w-]*"
)
_PAIR = re.compile(rf"""(?i)(["']?{_SECRET_WORD}["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}}\])]+)""")
_SCHEME = re.compile(r"(?i)\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}")
_USERINFO = re.compile(r"(://[^/\s:@]*:)[^@/\s]+@")
_HOOK = re.compile(r"(?i)(/hooks/[a-z0-9_-]+/)[0-9a-f-]{32,36}")
"""The secret part of an address that a vendor calls."""
_MARK = re.compile(r"(?i)(_marker|token_type|expires|count|length)\W*$")


class Mask:
    """Processor that hides what looks like a credential, by its name or its form, and the values of `known`."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = tuple(sorted({value for value in known if len(value) >= 6}, key=len, reverse=True))

    def __call__(self, logger: Any, method: str, event: EventDict) -> EventDict:
        return {key: self.value(key, value) for key, value in event.items()}

    def value(self, name: str, value: Any) -> Any:
        if isinstance(value, bool | int | float) or value is None:
            return value
        if SECRET_NAME.search(name):
            return MASK
        if isinstance(value, Mapping):
            return {key: self.value(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value("", item) for item in value]
        return self.text(value if isinstance(value, str) else str(value))

    def text(self, text: str) -> str:
        for secret in self.known:
            text = text.replace(secret, MASK)
        text = _SCHEME.sub(rf"\1 {MASK}", text)
        text = _HOOK.sub(rf"\1{MASK}", text)
        text = _USERINFO.sub(rf"\1{MASK}@", text)
        return _PAIR.sub(lambda pair: pair[0] if _MARK.search(pair[1]) else f"{pair[1]}{MASK}", text)


class NoCanary(logging.Filter):
    """Leaves out the queue's lines about the watchdog's trial tasks, three every 20 seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "canary" not in record.getMessage()


def _stamps() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)


def logging_config(*, level: str, form: str, known: Iterable[str] = ()) -> dict[str, Any]:
    """Django's LOGGING. `form`: console or json. `known`: values that must never appear, such as our own keys."""
    formatter = {
        "()": "structlog.stdlib.ProcessorFormatter",
        "foreign_pre_chain": [*_stamps(), structlog.stdlib.ExtraAdder()],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            _drop_bulky,
            Mask(known),
            _renderer(form),
        ],
    }
    quiet = {"level": "WARNING" if level in ("DEBUG", "INFO") else level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"portal": formatter},
        "filters": {"no_canary": {"()": "portal.logs.NoCanary"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "portal"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": quiet,
            "django.utils.autoreload": quiet,
            "django-q": {**quiet, "propagate": True, "filters": ["no_canary"]},
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
            "urllib3": quiet,
            "axes": quiet,
        },
    }


def _drop_bulky(logger: Any, method: str, event: EventDict) -> EventDict:
    """Django hangs the whole request on its lines: its repr says nothing that the path does not."""
    for name in ("request", "server_time"):
        if not isinstance(event.get(name), str):
            event.pop(name, None)
    return event


def setup(config: Mapping[str, Any]) -> None:
    """LOGGING_CONFIG of Django: the standard library's and structlog's loggers come out as one stream."""
    logging.config.dictConfig(dict(config))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_stamps(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
