"""People who come again: told of after everybody else, so that nobody's phone or name changes."""

from __future__ import annotations

from sandbox.practice import catalogue
from sandbox.practice.stage import Stage


def tell_visitors(stage: Stage) -> None:
    """Visita owes nothing, agreed to texts, and has a visit soon."""
    visita = stage.adult("Visita Rehearsal F", 44, catalogue.ACME_CHOICE)
    cold = stage.visit(visita, 118, "99213", copay=2_500)
    stage.decided(cold, 99)
    stage.hero(
        "visits",
        visita,
        "Owes nothing and has a visit soon: check in, move it, or book another. She answered a reminder"
        " by text, and asked a question.",
    )
