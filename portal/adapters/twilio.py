"""Texts through Twilio's own client; its errors in our words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from portal.ports import (
    Accepted,
    Delivery,
    ForgedMessage,
    InboundText,
    OptedOut,
    OutcomeUnknown,
    Refused,
    RetryLater,
)

TIMEOUT_SECONDS = 10  # the client itself would wait for ever
OPTED_OUT = 21610
TOO_MANY = 429
SERVER_ERROR = 500
LOOKED_THROUGH = 50


class TwilioSms:
    """An SmsSender."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        callback_url: str,
        api_base: str | None = None,
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._api_base = api_base
        self._sender = sender
        self._callback_url = callback_url
        self._inbound_url = f"{callback_url}/inbound"

    @cached_property
    def _client(self) -> Client:
        """Made at the first text: the library refuses empty credentials, and not every command sends."""
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        client = Client(self._account_sid, self._auth_token, http_client=http)
        if self._api_base:
            client.api.base_url = self._api_base
        return client

    def send(self, *, to: str, body: str) -> Accepted:
        """Hand over one text; the error says what the caller may do."""
        try:
            message = self._client.messages.create(
                to=to, from_=self._sender, body=body, status_callback=self._callback_url
            )
        except TwilioRestException as error:
            raise _in_our_words(error) from error
        except (TwilioException, requests.RequestException) as error:
            raise OutcomeUnknown("the text provider did not answer") from error
        return Accepted(provider_id=str(message.sid))

    def find(self, *, to: str, body: str, since: datetime) -> Accepted | None:
        """The text that an earlier try may have sent."""
        try:
            sent = self._client.messages.list(to=to, date_sent_after=since, limit=LOOKED_THROUGH)
        except (TwilioException, requests.RequestException) as error:
            raise OutcomeUnknown("the text provider did not answer") from error
        for message in sent:
            if message.body == body:
                return Accepted(provider_id=str(message.sid))
        return None

    def verify_callback(self, *, form: Mapping[str, str], signature: str) -> Delivery:
        """What a genuine callback says; anything else is refused."""
        self._refuse_forged(self._callback_url, form, signature)
        return Delivery(
            provider_id=form.get("MessageSid", ""),
            status=form.get("MessageStatus", ""),
            error=form.get("ErrorCode", ""),
        )

    def verify_inbound(self, *, form: Mapping[str, str], signature: str) -> InboundText:
        """What a genuine text says; anything else is refused.

        `OptOutType` comes with Advanced Opt-Out alone, and says that Twilio has replied (MSG-11).
        """
        self._refuse_forged(self._inbound_url, form, signature)
        if not form.get("MessageSid"):
            raise ForgedMessage("no text without its id")
        media = form.get("NumMedia", "")
        return InboundText(
            provider_id=form["MessageSid"],
            sender=form.get("From", ""),
            body=form.get("Body", ""),
            attachments=int(media) if media.isascii() and media.isdigit() else 0,
            answered=bool(form.get("OptOutType")),
        )

    def _refuse_forged(self, url: str, form: Mapping[str, str], signature: str) -> None:
        """The signature is over the public address as Twilio knows it, whatever a proxy made of it."""
        validator = RequestValidator(self._auth_token)
        if not (self._auth_token and validator.validate(url, dict(form), signature)):
            raise ForgedMessage("the signature is not Twilio's")


def _in_our_words(error: TwilioRestException) -> Refused | RetryLater | OutcomeUnknown:
    if error.code == OPTED_OUT:
        return OptedOut(str(error.code))
    if error.status == TOO_MANY:
        return RetryLater(str(error.status))
    if error.status >= SERVER_ERROR:
        return OutcomeUnknown(str(error.status))
    return Refused(str(error.code or error.status))
