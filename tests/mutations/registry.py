"""Bugs that could have been ours, each to be switched on: a suite that misses one of them proves nothing.

A mutation is planted into a world, its scenario is played, and its law must break. The same scenario
without it keeps every law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.mutations import draft_plants, draft_scenarios, plants, scenarios
from tests.mutations.world import World

Scenario = Callable[[World], None]
Plant = Callable[[World, pytest.MonkeyPatch], None]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`settled`: whether all that is on its way has arrived when the scenario ends."""

    plant: Plant
    scenario: Scenario
    law: str
    settled: bool = True


MUTATIONS = {
    "no idempotency key": Mutation(
        plant=plants.no_key,
        scenario=scenarios.an_answer_is_lost_and_pay_is_pressed_again,
        law="I4",
    ),
    "no idempotency key on a refund": Mutation(
        plant=plants.no_key, scenario=scenarios.an_answer_to_a_refund_is_lost, law="I4"
    ),
    "no unique live payment": Mutation(
        plant=plants.no_unique_live_payment, scenario=scenarios.two_tabs_pay, law="I5"
    ),
    "no unique source of an entry": Mutation(
        plant=plants.no_unique_source, scenario=scenarios.an_update_is_lost, law="I3"
    ),
    "no unique event": Mutation(
        plant=plants.no_unique_event, scenario=scenarios.events_come_twice, law="I8"
    ),
    "no unique refund": Mutation(
        plant=plants.no_unique_refund, scenario=scenarios.a_second_row_claims_a_refund, law="I6"
    ),
    "failed on timeout": Mutation(
        plant=plants.failed_on_timeout,
        scenario=scenarios.an_answer_is_lost_and_pay_is_pressed_again,
        law="I5",
    ),
    "refund refused on timeout": Mutation(
        plant=plants.refused_on_timeout,
        scenario=scenarios.an_answer_to_a_refund_is_on_its_way,
        law="I9",
        settled=False,
    ),
    "trust the event": Mutation(
        plant=plants.trust_the_event,
        scenario=scenarios.an_event_tells_of_money_that_is_not_there,
        law="I3",
    ),
    "refund without lock": Mutation(
        plant=plants.refund_without_lock,
        scenario=scenarios.two_clerks_ask_at_once,
        law="I5",
        settled=False,
    ),
    "allocation outside the transaction": Mutation(
        plant=plants.allocation_outside_the_transaction,
        scenario=scenarios.the_process_dies_while_it_posts,
        law="I6",
    ),
    "webhook answered before it is kept": Mutation(
        plant=plants.webhook_answered_first,
        scenario=scenarios.the_database_is_away_when_a_webhook_comes,
        law="I10",
        settled=False,
    ),
    "amount from the browser": Mutation(
        plant=plants.amount_from_the_browser,
        scenario=scenarios.a_browser_asks_to_pay_more_than_is_due,
        law="I5",
    ),
    "page closed in mind only": Mutation(
        plant=plants.closed_in_mind_only, scenario=scenarios.two_tabs_pay, law="I5"
    ),
    "failure beats success": Mutation(
        plant=plants.failure_beats_success,
        scenario=scenarios.money_comes_for_a_payment_that_is_over,
        law="I9",
    ),
    "any amount will do": Mutation(
        plant=plants.any_amount_will_do,
        scenario=scenarios.another_amount_than_asked_comes,
        law="I3",
        settled=False,
    ),
    "a refund's return is not seen": Mutation(
        plant=plants.blind_for_what_came_back, scenario=scenarios.a_refund_comes_back, law="I3"
    ),
    "a refund is sent anew under a lapsed key": Mutation(
        plant=plants.keys_live_for_ever,
        scenario=scenarios.an_answer_to_a_refund_is_lost_for_a_day,
        law="I4",
    ),
    "no idempotency key on a draft": Mutation(
        plant=plants.no_key, scenario=draft_scenarios.a_drafts_answer_is_lost, law="I4"
    ),
    "two drafts by two workers without a lease": Mutation(
        plant=draft_plants.no_lease_and_drawn_as_seen,
        scenario=draft_scenarios.two_workers_draw_at_once,
        law="D1",
    ),
    "gate not asked for a draft": Mutation(
        plant=draft_plants.gate_not_asked,
        scenario=draft_scenarios.bankruptcy_is_filed_before_the_day,
        law="D3",
    ),
    "tried again after authentication_required": Mutation(
        plant=draft_plants.tried_again_when_the_bank_asks,
        scenario=draft_scenarios.the_bank_asks_for_its_customer,
        law="D2",
    ),
    "more is drawn than was told": Mutation(
        plant=draft_plants.draws_all_that_is_owed,
        scenario=draft_scenarios.a_bill_comes_after_the_notice,
        law="D4",
    ),
    "no sweep": Mutation(
        plant=plants.no_sweep, scenario=scenarios.the_process_dies_at_the_call, law="I8"
    ),
}
SCENARIOS = {mutation.scenario: mutation.settled for mutation in MUTATIONS.values()}
