"""`make demo` as a stranger meets it: up, down without a trace, and its data found the second time.

The demo is the one that the browser's stories share, so that a run invents one practice and not two; what ends it
is marked to come last.
"""

import json
import signal
import socket
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from tests.demo_run import DemoRun


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
        return answer.read().decode()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_demo_tells_addresses_people_and_cards(demo: DemoRun) -> None:
    told = demo.addresses
    assert told["patient_url"] == f"http://localhost:{demo.port}"
    assert told["staff_url"] == f"http://localhost:{demo.port}/staff"
    assert told["sandbox_url"] == f"http://localhost:{demo.sandbox_port}"
    assert {s["role"] for s in told["sign_ins"]} == {
        "manager",
        "biller",
        "collections",
        "sysadmin",
        "patient",
    }
    assert all(s["email"] and s["password"] and s["totp_secret"] for s in told["sign_ins"])
    assert len({planner["about"] for planner in told["planners"]}) == 10

    front = Path(told["card"])
    assert all(
        Image.open(side).format == "JPEG" for side in (front, front.with_name("card-back.jpg"))
    )

    assert "<h1" in fetch(told["patient_url"] + "/sign-in")
    assert "<h1" in fetch(told["staff_url"] + "/sign-in")
    assert "manager@riverside.example.com" in fetch(told["sandbox_url"] + "/inbox")

    printed = demo.printed()
    for words in (
        told["patient_url"],
        told["staff_url"],
        told["enrolments"][0]["code"],
        told["card"],
        "Ctrl-C",
    ):
        assert words in printed


@pytest.mark.ends_the_demo
def test_demo_stops_finds_its_data_again_and_forgets(demo: DemoRun) -> None:
    told = demo.addresses
    proof = demo.portal("verify-ledger", "--json")
    assert proof.returncode == 0, proof.stdout + proof.stderr
    preview = demo.portal("post-remittance", "--dry-run", "--json", told["upload"])
    (sets,) = (file["transactions"] for file in json.loads(preview.stdout)["files"])
    assert all(one["balanced"] for one in sets)
    assert {one["status"] for one in sets} <= {"posted", "duplicate"}  # the office's story posts it

    assert demo.stop(signal.SIGINT) == 0
    assert demo.left_running() == []
    assert not answers(demo.port)
    assert not answers(demo.sandbox_port)
    assert not (demo.home / "demo.json").exists()

    demo.start()
    assert demo.printed().count("inventing a practice") == 1, "the second start finds its data"
    assert demo.addresses["sign_ins"] == told["sign_ins"]
    rival = demo.command("--reset")
    assert rival.wait(30) == 1
    assert "stop it first" in demo.printed()
    assert demo.stop(signal.SIGTERM) == 0
    assert demo.left_running() == []

    assert demo.command("--reset").wait(60) == 0
    assert not (demo.home / "demo" / "state.json").exists()
    assert demo.portal("balances", "--json").returncode != 0, "the tables are gone"
