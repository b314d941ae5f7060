"""What staff decide about a request to link a record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.queries.link_candidates import Candidate
from portal.services.decide_link import PROOFS
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class LinkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which account, and how the person was checked."""

    account = RadioField("Link to", [chosen("an account")], coerce=int)
    proof = RadioField(
        "How did you check who it is?",
        [chosen("how you checked")],
        choices=lambda: list(PROOFS.items()),
    )
    note = NoteField("Note", [at_most(300, "The note")])

    def offer(self, candidates: Sequence[Candidate], closed: Collection[int]) -> None:
        """The accounts beside the request, each once; those without a guarantor cannot be linked.

        A restricted one is closed: its number alone says which it is.
        """
        named = {one.account_id: one for one in reversed(candidates) if one.named}
        self.account.choices = [
            (
                one.account_id,
                f"Account {one.account_number}, {'restricted' if one.account_id in closed else one.name}",
            )
            for one in sorted(named.values(), key=candidates.index)
        ]


class RefuseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why not; the person is not told the reason."""

    answer = RadioField(
        "Answer",
        [chosen("an answer")],
        choices=[
            ("come_in", "Ask them to come in with a photo ID"),
            ("refused", "We cannot link it: ask them to call"),
        ],
    )
    note = NoteField("Reason, for us alone", [required("a reason"), at_most(300, "The reason")])
