"""What coverages and what people send about them are called, in words for a patient."""

from __future__ import annotations

from billing.coverages import AskAgain
from billing.transitions import SubmissionState

ASKED = {
    AskAgain.NONE_ACTIVE: "The plan we knew has ended. Do you have a new one?",
    AskAgain.NEW_YEAR: "It is a new year. Is this still your insurance? Show us your card once more.",
    AskAgain.OLD: "We have not seen your card for a year or more. Please show it to us once more.",
}
STATES = {
    SubmissionState.DRAFT: ("due", "Not sent yet"),
    SubmissionState.WAITING: ("waiting", "We are checking it"),
    SubmissionState.ACCEPTED: ("paid", "On file"),
    SubmissionState.SENT_BACK: ("due", "Please look at this again"),
    SubmissionState.WITHDRAWN: ("info", "Taken back"),
}
TURNS = {"P": "pays first", "S": "pays second", "T": "pays third"}
FIELDS = {
    "payer_text": "insurance company",
    "plan_name": "plan",
    "member_id": "member number",
    "group_number": "group number",
    "subscriber_first_name": "first name of the subscriber",
    "subscriber_last_name": "last name of the subscriber",
    "rx_bin": "pharmacy BIN",
    "rx_pcn": "pharmacy PCN",
    "rx_group": "pharmacy group",
}
