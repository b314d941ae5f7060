"""How long a stranger waits: the demo's first and second start, packages installed (goal: 60 s)."""

from __future__ import annotations

import json

from tests.demo_run import DemoRun

GOAL = 60


def main() -> None:
    demo = DemoRun()
    try:
        for name in ("Demo, first start", "Demo, second start"):
            seconds = round(demo.start(), 1)
            demo.stop()
            line = {
                "name": name,
                "value": seconds,
                "unit": "s",
                "peer": "our goal",
                "peer_value": GOAL,
            }
            print(json.dumps(line | {"ratio": round(seconds / GOAL, 2)}), flush=True)
    finally:
        demo.remove()


if __name__ == "__main__":
    main()
