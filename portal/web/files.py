"""Hand a kept file to a browser: saved, never opened inside our own address."""

from __future__ import annotations

from flask import Response

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


def handed_out(content: bytes, media_type: str) -> Response:
    """The bytes as a download; the name says nothing of what is in it."""
    name = f"attachment.{ENDINGS.get(media_type, 'bin')}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=media_type, headers=headers)
