"""Reads an 835 of 10,000 claims and checks every equation (goal: half the speed of plain split)."""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path

import edi_835_parser
import oxedi
import pyx12.error_handler
import pyx12.params
import pyx12.x12context

from benchmarks.claims import remittance_file
from benchmarks.measure import by_turns, rate, size, tell
from portal.x12.read_835 import read_remittances


def kindbill(data: bytes) -> None:
    for remittance in read_remittances(data, file="benchmark"):
        assert remittance.balanced
        assert not any(claim.balance_faults for claim in remittance.claims)


def plain_split(data: bytes) -> None:
    for segment in data.decode().split("~"):
        segment.split("*")


def pyx12_context(data: bytes) -> None:
    reader = pyx12.x12context.X12ContextReader(
        pyx12.params.params(), pyx12.error_handler.errh_null(), io.StringIO(data.decode())
    )
    for _ in reader.iter_segments():
        pass


def main() -> None:
    many, few = size(10_000, 30), size(500, 30)  # the slow peers get fewer claims, told as a rate
    data, little = remittance_file(many), remittance_file(few)

    def ours() -> None:
        kindbill(data)

    took, split = by_turns(ours, lambda: plain_split(data), runs=5)
    _, rust = by_turns(ours, lambda: oxedi.parse(data), runs=5)

    def against(peer: str, value: float, goal: float | None) -> None:
        tell("835 parse and check", many / took, "claims/s", peer=peer, peer_value=value, goal=goal)

    against("plain split", many / split, 0.5)
    against("pyx12 context reader", rate(lambda: pyx12_context(little), few, runs=1), 30)
    against("oxedi", many / rust, None)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's own
        file = Path(folder) / "answers.835"
        file.write_bytes(little)
        against("edi-835-parser", rate(lambda: edi_835_parser.parse(str(file)), few, runs=1), 4)


if __name__ == "__main__":
    main()
