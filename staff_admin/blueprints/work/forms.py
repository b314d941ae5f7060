"""What staff write about an item."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField
from wtforms.validators import UUID, AnyOf, InputRequired, Optional

from billing.bulk_work import Act
from billing.money import Money
from portal.queries.staff_candidates import Candidate
from portal.queries.staff_work_item import WorkItemPage
from portal.services.bulk_work import BulkWish
from portal.services.keep_in_suspense import REASON_WORDS, SuspenseReason
from portal.services.resolve_work_item import OUTCOME_WORDS, Outcome
from portal.services.send_back import WAY_WORDS, Way
from portal.services.take_item import Turn
from portal.web.fields import AmountField, DayField, TraceField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField


class TurnForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that acts once, and only on what its page has shown."""

    form_id = HiddenField(default=lambda: str(uuid.uuid4()))
    seen = HiddenField()

    def turn(self, page: WorkItemPage) -> Turn:
        """The form's own id and the last act it knows of; without them, the page as it is now."""
        try:
            form_id = uuid.UUID(self.form_id.data or "")
        except ValueError:
            form_id = uuid.uuid4()
        seen = str(self.seen.data or "")
        return Turn(form_id, int(seen) if seen.isdecimal() else page.seen)


class SameFixForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One press for many items; the boxes stand in the table."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    seen = HiddenField()

    @property
    def seen_action(self) -> int | None:
        """The last act that the page had seen."""
        seen = str(self.seen.data or "")
        return int(seen) if seen.isdecimal() else None


class ViewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A name for what the list shows now."""

    name = NoteLineField("Name of the view", [required("a name"), at_most(40, "The name")])
    shared = BooleanField("For the whole team")
    first = BooleanField("The queue opens with it")


class BulkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One act for many items, and what it needs."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    seen = HiddenField()
    act = HiddenField(validators=[AnyOf([one.value for one in Act], "Choose what to do.")])
    owner = SelectField("Who looks after them", [Optional()])
    due_on = DayField("By when", [Optional()])
    outcome = RadioField(
        "How they ended",
        [Optional()],
        choices=[
            (one.value, words)
            for one, words in OUTCOME_WORDS.items()
            if one not in {Outcome.RESENT, Outcome.NOT_OURS}
        ],
    )
    note = NoteField("Note", [at_most(500, "The note")])

    def offer(self, owners: tuple[tuple[int, str], ...]) -> None:
        """Nobody, or one of those who may decide."""
        self.owner.choices = [("", "Nobody"), *((str(one), name) for one, name in owners)]

    @property
    def wish(self) -> BulkWish:
        """What is to be done."""
        return BulkWish(
            act=Act(self.act.data or ""),
            owner_id=int(self.owner.data) if self.owner.data else None,
            due_on=self.due_on.data,
            note=self.note.data or "",
            outcome=Outcome(self.outcome.data) if self.outcome.data else None,
        )

    @property
    def seen_action(self) -> int:
        seen = str(self.seen.data or "")
        return int(seen) if seen.isdecimal() else 0


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A finding; the item stays open."""

    text = NoteField("What you found out", [required("a note"), at_most(2000, "The note")])


class CloseForm(TurnForm):
    """How it ended."""

    outcome = RadioField(
        "How it ended",
        [chosen("how it ended")],
        choices=lambda: [(value.value, words) for value, words in OUTCOME_WORDS.items()],
    )
    note = NoteField("What was done", [required("what was done"), at_most(2000, "The note")])

    def offer(self, kind: str) -> None:
        """Only a remittance that is held as a whole can come again."""
        self.outcome.choices = [
            (value.value, words)
            for value, words in OUTCOME_WORDS.items()
            if value is not Outcome.RESENT or kind == "held_set"
        ]

    @property
    def chosen_outcome(self) -> Outcome:
        return Outcome(self.outcome.data)


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whether the patient owes what the payer put on them, and why."""

    owed = RadioField(
        "Who owes it",
        [chosen("who owes it")],
        choices=[
            ("patient", "The patient: we have what the rules ask for. Bill it"),
            ("us", "Nobody: it is ours. Take it off"),
        ],
    )
    document = NoteLineField("Signed paper (ABN, waiver, consent)", [at_most(80, "It")])
    note = NoteField("Why", [required("why"), at_most(500, "The reason")])


class ReleaseForm(TurnForm):
    """Where a held decision belongs, and how one knows."""

    number = TraceField("Claim number", [at_most(50, "The claim number")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])


class OwnerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who looks after the item, and by when. `seen` tells whether somebody else was quicker."""

    seen = HiddenField()
    owner = SelectField("Who looks after it")
    due_on = DayField("By when", [Optional()])

    def offer(self, owners: tuple[tuple[int, str], ...]) -> None:
        """Nobody, or one of those who may decide."""
        self.owner.choices = [("", "Nobody yet"), *((str(one), name) for one, name in owners)]

    @property
    def chosen_owner(self) -> int | None:
        return int(self.owner.data) if self.owner.data else None

    @property
    def seen_owner(self) -> int | None:
        seen = self.seen.data or ""
        return int(seen) if seen.isdecimal() else None


class SuspenseForm(TurnForm):
    """Why the money stays apart for now, and when somebody looks again."""

    reason = RadioField(
        "Why it stays",
        [chosen("why it stays")],
        choices=lambda: [(value.value, words) for value, words in REASON_WORDS.items()],
    )
    follow_up_on = DayField("Look again on", [InputRequired("Enter the day to look again.")])
    note = NoteField("What was done (optional)", [at_most(500, "The note")])

    @property
    def chosen_reason(self) -> SuspenseReason:
        return SuspenseReason(self.reason.data)


class MatchForm(TurnForm):
    """Which claim of ours it is, and how one knows."""

    claim = RadioField("Which claim is it", [chosen("which claim it is")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])


class LinesForm(TurnForm):
    """How one knows which lines belong together; the boxes themselves stand in the table."""

    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])
    standing = BooleanField("From now on for this payer: its code is our code")


class DenyForm(TurnForm):
    """Why it is a denial."""

    note = NoteField("Why it is a denial", [required("why"), at_most(500, "The note")])


class TakeBackForm(TurnForm):
    """Why a split is undone."""

    note = NoteField("Why it is taken back", [required("why"), at_most(500, "The note")])


class SendBackForm(TurnForm):
    """What the payer must correct, how it is asked, and when again."""

    way = RadioField(
        "How you ask",
        [chosen("how you ask")],
        choices=lambda: [(value.value, words) for value, words in WAY_WORDS.items()],
    )
    what = NoteField("What is wrong", [required("what is wrong"), at_most(1000, "The text")])
    follow_up_on = DayField("Ask again on", [InputRequired("Enter the day to ask again.")])

    @property
    def chosen_way(self) -> Way:
        return Way(self.way.data)


class SplitForm(TurnForm):
    """Where the rest goes, and how one knows; an amount for each claim is added by `split_form`."""

    number = TraceField("Another claim’s number", [at_most(50, "The claim number")])
    amount = AmountField("Its amount", [Optional()])
    follow_up_on = DayField("Look at the rest again on", [Optional()])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])

    def part_of(self, candidate: Candidate) -> Field:
        """The amount field of one claim."""
        part: Field = self[f"part_{candidate.claim_id}"]
        return part

    def parts(self, candidates: tuple[Candidate, ...]) -> dict[int, Money]:
        """What each claim gets, as typed."""
        given = {one.claim_id: self.part_of(one).data for one in candidates}
        return {claim_id: amount for claim_id, amount in given.items() if amount}


def split_form(candidates: tuple[Candidate, ...], **options: object) -> SplitForm:
    """The form with one amount for each claim that is offered."""
    parts = {
        f"part_{one.claim_id}": AmountField(f"Amount for claim {one.control_number}", [Optional()])
        for one in candidates
    }
    found: SplitForm = type("SplitFormOf", (SplitForm,), parts)(prefix="split", **options)
    return found
