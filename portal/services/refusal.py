"""The root of every named refusal: a service that says no raises one, and its words are shown as they are."""

from __future__ import annotations


class Refusal(Exception):
    """A definite no with a reason that the person may read. Subclass it by name; `status` is the page's."""

    status = 409
    title = "We could not do that"


class NotFound(Refusal):
    """It does not exist, or it is not the viewer's: the answer is the same, in the words of the face's 404 page."""

    status = 404


class TooManyTries(Refusal):
    """So many payments started within the hour that somebody may be testing cards."""

    status = 429
    title = "Please wait a little"
