"""What kind of practice this is, which decides what law binds it (CORE-1). What nobody has said counts as bound."""

from __future__ import annotations

from dataclasses import dataclass, fields

# Answers that CORE-1 asks for and that decide nothing here, with why: what binds some is done for everybody.
UNREAD = {
    "hhs_ffa_recipient": "On record only: help in every language and open pages are for everybody.",
    "employee_count": "On record only: what binds an employer of fifteen or more is the office's own.",
    "medicare_participating": "On record only: every patient gets the same steps and days.",
    "medicaid_participating": "On record only: nobody is billed for what Medicaid covers.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The answers of a practice about itself. None: not answered, and so the strictest branch."""

    is_501r_hospital: bool | None = None
    is_large_facility_va: bool | None = None  # in Virginia
    hhs_ffa_recipient: bool | None = None  # federal money from HHS
    employee_count: int | None = None
    medicare_participating: bool | None = None
    medicaid_participating: bool | None = None
    states_of_service: tuple[str, ...] | None = None  # postal codes
    texas_facility_license: bool | None = None
    offers_plans_over_4_installments: bool | None = None
    furnishes_to_credit_bureaus: bool = False  # no code path does, whatever this says (COLL-30)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the fields that nobody has answered."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is None)

    @property
    def is_hospital(self) -> bool:
        """Whether the rules for charitable hospitals bind."""
        return self.is_501r_hospital is not False

    @property
    def is_large_in_virginia(self) -> bool:
        """Whether Virginia's rules for large facilities bind."""
        return self.is_large_facility_va is not False

    @property
    def is_texas_facility(self) -> bool:
        """Whether Texas asks for an itemised bill before any debt collection (STMT-9)."""
        if self.states_of_service is not None and "TX" not in self.states_of_service:
            return False
        return self.texas_facility_license is not False

    @property
    def gives_credit(self) -> bool:
        """Whether plans of more than four instalments may be signed, as far as the law of credit asks."""
        return self.offers_plans_over_4_installments is not False
