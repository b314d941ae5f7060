"""The one error that a stand-in answers with, in the words and fields of Stripe's API."""

from __future__ import annotations

from typing import Any

DOCUMENTATION = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """An answer other than 200; `keep` says that what was written on the way stays written."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        keep: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keep = keep
        self.body: dict[str, Any] = {"type": kind, "message": message, **extra}
        if param:
            self.body["param"] = param
        if code:
            self.body["code"] = code
            self.body["doc_url"] = DOCUMENTATION + code.replace("_", "-")


def invalid(
    message: str, code: str | None = None, param: str | None = None, **extra: Any
) -> ApiError:
    """A request that Stripe refuses with 400."""
    return ApiError(400, "invalid_request_error", message, code, param, **extra)


def not_found(kind: str, object_id: str, param: str = "id") -> ApiError:
    """The object does not exist, in Stripe's words."""
    return ApiError(
        404, "invalid_request_error", f"No such {kind}: '{object_id}'", "resource_missing", param
    )
