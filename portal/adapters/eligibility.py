"""Coverage is asked about by people today: nothing is connected that could ask a payer by itself."""

from __future__ import annotations

from datetime import date

from portal.office_ports import Eligibility


class ByHand:
    """An EligibilityPort that leaves every question to a person."""

    automatic = False

    def ask(self, *, coverage_id: int, service_on: date) -> Eligibility | None:
        """Nobody answers here."""
        del coverage_id, service_on
        return None
