"""Disputes and inquiries: the bank takes money or only asks, is answered with evidence once, and decides."""

from __future__ import annotations

import hashlib
from typing import Any

import stripe
from flask import request
from stripe import params

from sandbox.errors import invalid
from sandbox.schema import shape
from sandbox.store import Json
from sandbox.stripe_api.charges import balance_transaction
from sandbox.stripe_api.routing import Route, create, merge_metadata, reads
from sandbox.world import DAY, World

DISPUTE_FEE_CENTS = 1500
ANSWER_WITHIN = 7 * DAY
WAITING = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
OPEN = frozenset([*WAITING, *WAITING.values()])
FILES = frozenset(
    [
        *("cancellation_policy", "customer_communication", "customer_signature", "receipt"),
        *("duplicate_charge_documentation", "refund_policy", "service_documentation"),
        *("shipping_documentation", "uncategorized_file"),
    ]
)
MOST_TEXT, MOST_FILES = 150_000, 4_500_000
# As in Stripe's own test mode: these words decide at once.
DECIDING = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(world: World, charge: Json, *, inquiry: bool = False) -> Json:
    """The bank takes the money back while it decides; an inquiry asks and takes nothing."""
    charge["disputed"] = True
    world.store.put(charge)
    evidence = {
        "due_by": world.store.now() + ANSWER_WITHIN,
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
    }
    shaped = shape(
        stripe.Dispute,
        object="dispute",
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        currency="usd",
        evidence=dict.fromkeys(stripe.Dispute.Evidence.__annotations__),
        evidence_details=evidence,
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
    )
    dispute = create(world, shaped, "du")
    world.store.schedule(ANSWER_WITHIN, "dispute_due", dispute["id"])
    if inquiry:
        world.emit("charge.dispute.created", dispute)
        return dispute
    _withdraw(world, dispute)
    world.emit("charge.dispute.created", dispute)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(world: World, dispute: Json) -> None:
    line = balance_transaction(
        world,
        "adjustment",
        "dispute",
        -dispute["amount"],
        source=dispute["id"],
        fee=DISPUTE_FEE_CENTS,
        description="Chargeback withdrawal",
    )
    dispute["balance_transactions"].append(line)
    world.store.put(dispute)


def escalate_dispute(world: World, dispute_id: str) -> Json:
    """The bank is not content with the answer to its inquiry: now it takes the money."""
    dispute = world.store.get("dispute", dispute_id)
    dispute.update(status="needs_response", is_charge_refundable=False)
    dispute["evidence_details"].update(
        due_by=world.store.now() + ANSWER_WITHIN, has_evidence=False, past_due=False
    )
    world.store.schedule(ANSWER_WITHIN, "dispute_due", dispute_id)
    _withdraw(world, dispute)
    world.emit("charge.dispute.updated", dispute)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute_id: str, status: str) -> Json:
    """The bank decides; `won` gives the money and the fee back."""
    dispute = world.store.get("dispute", dispute_id)
    # A question that is over took nothing and gives nothing back.
    asked = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if asked else status
    if status == "won" and not asked:
        line = balance_transaction(
            world,
            "adjustment",
            "dispute_reversal",
            dispute["amount"],
            source=dispute["id"],
            fee=-DISPUTE_FEE_CENTS,
            description="Chargeback reversal",
        )
        dispute["balance_transactions"].append(line)
        world.emit("charge.dispute.funds_reinstated", dispute)
    world.store.put(dispute)
    world.emit("charge.dispute.closed", dispute)
    return dispute


def dispute_due(world: World, dispute_id: str) -> None:
    """The day to answer by is over: without an answer the bank decides against us, or lets its question rest."""
    dispute = world.store.get("dispute", dispute_id)
    due = dispute["evidence_details"]["due_by"] <= world.store.now()
    if dispute["status"] not in WAITING or not due:
        return
    dispute["evidence_details"]["past_due"] = True
    world.store.put(dispute)
    over = "lost" if dispute["status"] == "needs_response" else "warning_closed"
    close_dispute(world, dispute_id, over)


def update_dispute(world: World, args: Json, object_id: str) -> Json:
    """POST evidence: kept, and unless `submit` is false handed to the bank, which takes it once."""
    dispute = world.store.get("dispute", object_id)
    evidence = args.get("evidence") or {}
    submits = bool(evidence) and args.get("submit", True)
    if evidence and dispute["status"] not in WAITING:
        raise invalid("This dispute is already closed or under review.", "dispute_not_updatable")
    _check(world, evidence)
    merge_metadata(dispute, args)
    dispute["evidence"].update(evidence)
    if evidence:
        dispute["evidence_details"]["has_evidence"] = True
    if submits:
        dispute["status"] = WAITING[dispute["status"]]
        dispute["evidence_details"]["submission_count"] += 1
    world.store.put(dispute)
    world.emit("charge.dispute.updated", dispute)
    decided = DECIDING.get(evidence.get("uncategorized_text", ""))
    return close_dispute(world, object_id, decided) if submits and decided else dispute


def _check(world: World, evidence: Json) -> None:
    """Files that exist and were uploaded as evidence; no more words and bytes than a bank reads."""
    size = 0
    for name in FILES & evidence.keys():
        file = world.store.get("file", evidence[name], f"evidence[{name}]")
        if file["purpose"] != "dispute_evidence":
            raise invalid("The file must be evidence.", param=f"evidence[{name}]")
        size += file["size"]
    text = sum(len(str(value)) for name, value in evidence.items() if name not in FILES)
    if text > MOST_TEXT or size > MOST_FILES:
        raise invalid("The evidence is too large.", "evidence_too_large", "evidence")


def upload_file(world: World, args: Json) -> Json:
    """POST a file: kept byte for byte, so that a test can compare."""
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if not sent or not content:
        raise invalid("Missing required param: file.", "parameter_missing", "file")
    shaped: dict[str, Any] = shape(
        stripe.File,
        object="file",
        filename=sent.filename,
        purpose=args["purpose"],
        size=len(content),
        type=(sent.filename or "").rpartition(".")[2],
        _sha256=hashlib.sha256(content).hexdigest(),
    )
    return create(world, shaped, "file")


def file_told(world: World, file_id: str) -> Json:
    """What a test compares its own bytes with."""
    file = world.store.get("file", file_id)
    return {"sha256": file["_sha256"], "size": file["size"], "purpose": file["purpose"]}


ROUTES = (
    Route("POST", "/v1/disputes/<object_id>", update_dispute, params.DisputeUpdateParams),
    *reads("disputes", "dispute", params.DisputeListParams),
    Route("POST", "/v1/files", upload_file, params.FileCreateParams),
    *reads("files", "file", params.FileListParams),
)
JOBS = {"dispute_due": dispute_due}
