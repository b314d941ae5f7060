"""Why a decision about assistance was not made or changed."""

from __future__ import annotations

from portal.services.refusal import Refusal


class CannotDecideAssistance(Refusal):
    """This person may not decide it, or it does not fit any more; the message says why."""

    title = "This was not decided"
