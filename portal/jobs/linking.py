"""Jobs of people who ask for their record; the page that asked has long been answered (ID-4)."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.match_link_request import match_link_request
from portal.services.send_link_code import send_link_code


@job("match_link_request")
def match(context: JobContext, *, request_id: int) -> None:
    """Find whose record it is, and send a code or call a person."""
    match_link_request(request_id=request_id, keys=context.gateways.hash_keys, now=context.now)


@job("send_link_code")
def send(context: JobContext, *, request_id: int) -> None:
    """Send another code."""
    send_link_code(request_id=request_id, keys=context.gateways.hash_keys, now=context.now)
