"""Nothing leaves, is drawn or is placed but past the gate, asked in the moment of doing it (CORE-5): read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each thing that reaches a patient or takes their money: how its code looks, in which modules it may stand, and
# which call in each of these modules puts the question to the gate, or the module that does it for them.
SENDS = {
    ("call", "sms.send"): {"portal/services/send_message.py": ("clear_message", "may_leave")},
    ("call", "email.send"): {"portal/services/send_message.py": ("clear_message", "may_leave")},
    ("call", "charge_saved"): {
        # Writes the payment down in `claim_draft`, which asks; this hands over what it claimed.
        "portal/services/draft_payments.py": ("claim_draft",),
        # The same charge asked for again after an answer that never came; it is in the books already.
        "portal/services/ask_saved_charge.py": (),
    },
    ("call", "start_checkout"): {
        # The patient pays on the card company's page: a bill that is held is no line to be paid.
        "portal/services/take_payment.py": ("payable",),
        "portal/services/settle_payment.py": (),  # finds the page that was opened before
    },
    ("make", "Placement"): {"portal/services/place_bill.py": ("ask_to_collect",)},
    ("make", "StatementDelivery"): {
        "portal/services/print_statement.py": (),  # its callers ask: see PRINTS
        "portal/services/statement_notice.py": ("denial",),
    },
}
# Whoever prints a statement asked in the same function.
PRINTS = {
    "portal/services/deliver_statements.py": "denial",
    "portal/services/mail_returned.py": "denial",
}
# `allowed` answers a preview; whoever acts asks `ask_gate`, which keeps each no.
PREVIEWS = {
    "billing/gate.py",
    "portal/queries/staff_account.py",
    "portal/queries/staff_story.py",
    "portal/queries/statement_build.py",
    "portal/services/ask_gate.py",
    "portal/services/cut_statements.py",  # a cut statement is asked about again as it leaves
    "portal/services/walk_dunning.py",  # a step that is held is given to nobody
    "portal/services/propose_small_balances.py",  # what is let go is in the patient's favour
}


def _sources() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in ("billing", "portal", "staff_admin")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "adapters" not in path.parts and path.name != "ports.py"
    }


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield _dotted(node.func)
            # `insert(Placement)` writes a row as `Placement(...)` does.
            if _dotted(node.func).split(".")[-1] in {"insert", "upsert"} and node.args:
                yield f"insert:{_dotted(node.args[0])}"


def _does(kind: str, name: str, call: str) -> bool:
    if kind == "make":
        return call.rsplit(".", maxsplit=1)[-1] == name or call == f"insert:{name}"
    return call == name or call.endswith(f".{name}")


def _wrong(sources: dict[str, str]) -> list[str]:
    """Every place that acts without being known for it, or that is known and asks no more."""
    found = []
    for module, source in sources.items():
        calls = list(_calls(source))
        names = {call.split(".")[-1] for call in calls}
        for (kind, name), known in SENDS.items():
            if module.startswith("portal/models/") or not any(
                _does(kind, name, call) for call in calls
            ):
                continue
            if module not in known:
                found.append(f"{module}: {name} past the gate")
            elif known[module] and not names & set(known[module]):
                found.append(f"{module}: {name} without asking {' or '.join(known[module])}")
        if "print_statement" in names and PRINTS.get(module, "no such call") not in names:
            found.append(f"{module}: prints a statement without asking")
        if "allowed" in names and module not in PREVIEWS:
            found.append(f"{module}: allowed() where ask_gate keeps the answer")
    return found


def test_CORE_5_nothing_leaves_is_drawn_or_placed_but_past_the_gate() -> None:
    assert _wrong(_sources()) == []


def test_CORE_5_every_module_that_is_named_still_acts() -> None:
    sources = _sources()
    for (kind, name), known in SENDS.items():
        for module in known:
            assert any(_does(kind, name, call) for call in _calls(sources[module])), (module, name)
    for module in PREVIEWS:
        assert "allowed" in {call.split(".")[-1] for call in _calls(sources[module])}, module


@pytest.mark.parametrize(
    ("module", "planted", "said"),
    [
        ("portal/services/new.py", "sms.send(to='', body='')", "sms.send past the gate"),
        ("portal/jobs/new.py", "gateways.email.send(to='')", "email.send past the gate"),
        ("portal/services/new.py", "gateway.charge_saved(1)", "charge_saved past the gate"),
        ("staff_admin/new.py", "Placement(id=1)", "Placement past the gate"),
        ("portal/services/new.py", "session.execute(insert(Placement))", "Placement past the gate"),
        ("portal/services/new.py", "print_statement(session)", "prints a statement without asking"),
        ("portal/services/new.py", "allowed(held, action)", "allowed() where ask_gate"),
        ("portal/services/new.py", "StatementDelivery(channel='x')", "StatementDelivery past"),
    ],
)
def test_CORE_5_a_planted_way_around_is_found(module: str, planted: str, said: str) -> None:
    assert [one for one in _wrong({module: planted}) if said in one]


@pytest.mark.parametrize(
    ("module", "question"),
    [
        ("portal/services/send_message.py", "clear_message"),
        ("portal/services/draft_payments.py", "claim_draft"),
        ("portal/services/deliver_statements.py", "denial"),
        ("portal/services/mail_returned.py", "denial"),
    ],
)
def test_CORE_5_a_sender_that_stops_asking_is_found(module: str, question: str) -> None:
    source = _sources()[module]
    mute = source.replace(f"{question}(", "nothing(").replace("may_leave(", "nothing(")
    assert source != mute
    assert _wrong({module: mute})


def test_CORE_5_the_questions_themselves_ask_the_gate() -> None:
    """`clear_message`, a notice's `may_leave`, a statement's `denial`, a draft's `draftable` end at `ask_gate`."""
    for module in ("clear_message", "statement_standing", "draftable", "ask_to_collect"):
        source = _sources()[f"portal/services/{module}.py"]
        assert "ask_gate" in set(_calls(source)), module
    for module, asks in (("claim_draft", "draftable"), ("statement_notice", "denial")):
        assert asks in set(_calls(_sources()[f"portal/services/{module}.py"])), module
