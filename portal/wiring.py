"""Settings to concrete adapters: the only place that names Stripe, Twilio, SMTP or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.adapters.bank_files import BankLibraries
from portal.adapters.card_images import CardFiles
from portal.adapters.card_reader import RapidReader
from portal.adapters.eligibility import ByHand
from portal.adapters.email import SmtpEmail
from portal.adapters.era_folder import EraFolder
from portal.adapters.era_sftp import EraServer
from portal.adapters.folder_mail import FolderMail
from portal.adapters.papers import Papers
from portal.adapters.pdf import TypstPrinter
from portal.adapters.storage import EncryptedFolder
from portal.adapters.stripe import StripeGateway
from portal.adapters.stripe_disputes import StripeDisputes
from portal.adapters.stripe_payouts import StripePayouts
from portal.adapters.twilio import TwilioSms
from portal.card_ports import CardImages, CardReader
from portal.config import Settings, derived_key
from portal.office_ports import (
    BankFiles,
    DisputeDesk,
    EligibilityPort,
    MailHouse,
    PaperDesk,
    PayoutBooks,
    RemittanceDrop,
)
from portal.ports import (
    DocumentStore,
    EmailSender,
    PaymentGateway,
    PdfPrinter,
    SmsSender,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """Every door to the outside, handed to services as arguments. Adapter owners add their field."""

    hash_keys: tuple[
        bytes, ...
    ]  # newest first; for codes and addresses that are kept only as hashes
    public_url: str  # for links in messages
    payments: PaymentGateway
    payouts: PayoutBooks
    disputes: DisputeDesk
    bank_files: BankFiles
    sms: SmsSender
    email: EmailSender
    documents: DocumentStore
    printer: PdfPrinter
    papers: PaperDesk
    card_images: CardImages
    card_reader: CardReader
    eligibility: EligibilityPort
    outbox: Path  # mail batches, a folder a day
    mail: MailHouse
    remittance_drops: tuple[RemittanceDrop, ...] = ()  # where 835 files come in by themselves


def build(settings: Settings) -> Gateways:
    """The gateways that these settings ask for."""
    return Gateways(
        hash_keys=tuple(derived_key(key, "hashes") for key in settings.secret_keys),
        public_url=settings.public_url,
        payments=StripeGateway(
            secret_key=settings.stripe_secret_key,
            webhook_secret=settings.stripe_webhook_secret,
            page_url=f"{settings.public_url}/pay/{{payment_id}}",
            api_base=settings.stripe_api_base,
        ),
        disputes=StripeDisputes(
            secret_key=settings.stripe_secret_key, api_base=settings.stripe_api_base
        ),
        payouts=StripePayouts(
            secret_key=settings.stripe_secret_key, api_base=settings.stripe_api_base
        ),
        bank_files=BankLibraries(),
        sms=TwilioSms(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            callback_url=f"{settings.public_url}/webhooks/twilio",
            api_base=settings.twilio_api_base,
        ),
        email=SmtpEmail(
            url=settings.smtp_url,
            sender=settings.mail_from,
            bounces=settings.mail_bounces,
            keys=[derived_key(key, "return paths") for key in settings.secret_keys],
            ca_file=settings.smtp_ca_file,
        ),
        documents=EncryptedFolder(settings.home / "documents", settings.file_keys),
        printer=TypstPrinter(),
        papers=Papers(),
        card_images=CardFiles(),
        card_reader=RapidReader(),
        eligibility=ByHand(),
        outbox=settings.home / "outbox",
        mail=FolderMail(),
        remittance_drops=tuple(_drops(settings)),
    )


def _drops(settings: Settings) -> Iterator[RemittanceDrop]:
    if settings.era_folder is not None:
        yield EraFolder(settings.era_folder)
    if settings.era_sftp and settings.era_sftp_key is not None:
        yield EraServer(
            address=settings.era_sftp,
            key_file=settings.era_sftp_key,
            host_key=settings.era_sftp_host_key,
            delete=settings.era_sftp_delete,
        )
