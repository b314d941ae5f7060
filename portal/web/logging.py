"""One JSON line per request and per failure, with ids and never with what a patient typed or saw."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request

LOG = logging.getLogger("kindbill")
OURS = ("kindbill", "portal", "staff_admin")
# What a line may carry. Anything else a caller passes is dropped, so that a name cannot slip in.
FIELDS = (
    "request_id",
    "face",
    "login_id",
    "method",
    "route",
    "endpoint",
    "status",
    "duration_ms",
    "job",
    "error",
    "frames",
    "count",
    "digest",
)


class JsonLines(logging.Formatter):
    """Event name, time and the allowed fields; of an exception its type and places, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= failure(record.exc_info[1])
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    """Our events are static words; what a library would fill into its sentence may be data."""
    ours = record.name.split(".")[0] in OURS
    return record.msg if ours and isinstance(record.msg, str) else record.name


def failure(error: BaseException) -> dict[str, Any]:
    """Where an exception happened. Its message may quote data, so it stays out."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "frames": [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames],
    }


def set_up_logging() -> None:
    """Send every record of this process to stderr as JSON lines, once."""
    root = logging.getLogger()
    if any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def log_requests(app: Flask) -> None:
    """One line after each request. The route's pattern is logged, not the path: paths hold ids and tokens."""

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        if request.endpoint != "static":
            LOG.info(
                "request",
                extra={
                    "request_id": g.get("request_id", ""),
                    "face": app.config["FACE"].name,
                    "login_id": g.get("login_id"),
                    "method": request.method,
                    "route": request.url_rule.rule if request.url_rule else "(none)",
                    "endpoint": request.endpoint or "",
                    "status": response.status_code,
                    "duration_ms": round((time.perf_counter() - g.get("started", 0)) * 1000, 1),
                },
            )
        return response
