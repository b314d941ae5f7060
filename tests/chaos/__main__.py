"""`python -m tests.chaos --duration SECONDS [--seed N]`: the long run; exit 1 when a law is broken."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from tests.chaos.run import run

parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
parser.add_argument("--duration", type=float, default=600, help="seconds of chaos")
parser.add_argument("--seed", type=int, help="replay what this seed threw")
parser.add_argument("--report", type=Path, default=Path("var/chaos.json"))
parser.add_argument("--planted", action="store_true", help="with a bug, to see it caught")
wanted = parser.parse_args()
seed = wanted.seed if wanted.seed is not None else secrets.randbelow(2**32)
print(f"seed {seed}", flush=True)
report = run(seed=seed, seconds=wanted.duration, patients=8, pause=(4, 12), planted=wanted.planted)
wanted.report.parent.mkdir(parents=True, exist_ok=True)
wanted.report.write_text(report.to_json())
print("\n".join(report.lines()), flush=True)
sys.exit(0 if report.ok else 1)
