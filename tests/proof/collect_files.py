"""Payers who decide again, as 835 files: a reversal with its correction, or the correction weeks later (STMT-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from portal import db
from portal.models.claims import Visit
from portal.services.post_remittance import post_remittance
from portal.x12.remittance import ClaimPayment
from tests.proof.collect_oracle import Span
from tests.services.payer_voice import Payer, clp, dispositions, negated, svc, written
from tests.services.statement_world import noon

if TYPE_CHECKING:
    from tests.proof.collect_world import Sim

SHARES = (0, 10_00, 20_00, 60_00, 100_00, 120_00)


@dataclass
class Decision:
    """What a payer said of the first line of a visit, in cents of the patient's share."""

    number: str  # the payer's own
    share: int
    stands: bool = True  # not taken back


def decided_anew(sim: Sim, account: int, on: date) -> bool:
    """The payer takes its decision back, and says another share in the same file or some weeks later."""
    story, visit = sim.story, sim.dice.choice(sorted(sim.story.bills[account]))
    said = sim.decisions.get(visit)
    if said is None or not said.stands or "open_claim" in story.kinds(account, visit, on):
        return False
    share = sim.dice.choice([one for one in SHARES if one != said.share])
    back = negated(_clp(visit, said))
    number = f"{said.number}+"
    if sim.dice.random() < 0.7:
        sim.decisions[visit] = Decision(number, share)
        _post(sim, on, back, _clp(visit, sim.decisions[visit]))
        _changed(sim, account, visit, share, on)
        return True
    _post(sim, on, back)
    waits = Span("open_claim", account, visit, on)
    story.spans[account].append(waits)
    sim.decisions[visit] = Decision(said.number, said.share, stands=False)
    later = on + timedelta(days=sim.dice.randint(5, 40))
    sim.coming.append((later, waits, Decision(number, share)))
    return True


def decisions_come(sim: Sim, on: date) -> None:
    """What was taken back is decided again."""
    for one in [one for one in sim.coming if one[0] <= on]:
        sim.coming.remove(one)
        _, waits, decision = one
        visit = waits.visit
        assert visit is not None
        sim.decisions[visit], waits.until = decision, on
        _post(sim, on, _clp(visit, decision))
        _changed(sim, waits.account, visit, decision.share, on)


def _clp(visit: int, said: Decision) -> ClaimPayment:
    with db.read_only() as session:
        number = session.get_one(Visit, visit).control_number
    share = f", PR-1 {said.share / 100:.2f}" if said.share else ""
    return clp(number, svc("99213", 250, f"CO-45 120.00{share}"), payer_claim_number=said.number)


def _post(sim: Sim, on: date, *claims: ClaimPayment) -> None:
    sim.files += 1
    payer = Payer(sent=sim.files)
    data = written(payer.remittance(*claims, issued_on=on))
    report = post_remittance(data=data, name=f"{sim.files}.835", now=noon(on), store=None)
    if dispositions(report) != ["posted"] * len(claims):
        sim.wrong.append(f"{on}: a payer's file was {report.to_json()}")


def _changed(sim: Sim, account: int, visit: int, share: int, on: date) -> None:
    before = sim.story.share(visit, on)
    what = "raised" if share > before else "lowered" if share < before else "decided as before"
    sim.counts[what] = sim.counts.get(what, 0) + 1
    sim.story.decided(account, visit, share, on)
