"""The kinds of answers that a form takes, and what a patient is told where one is missing or wrong."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of answer a field takes."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"  # kept as 2026-04-28
    YES_NO = "yes_no"
    ONE = "one"
    SEVERAL = "several"  # kept as a list of codes
    NUMBER = "number"
    SIGNATURE = "signature"  # a name typed as a signature


TOO_LONG = "This is too long. Use fewer words."
MISSING = {
    Kind.TEXT: "Please answer this.",
    Kind.LONG: "Please answer this.",
    Kind.DATE: "Enter a date like 4/28/1986: month, day and year.",
    Kind.YES_NO: "Choose yes or no.",
    Kind.ONE: "Choose one.",
    Kind.SEVERAL: "Choose one or more.",
    Kind.NUMBER: "Enter a number.",
    Kind.SIGNATURE: "Type your full name to sign.",
}
