"""How long a stranger waits: the demo's first and second start, packages installed (goal: 60 s)."""

from __future__ import annotations

import json

from tests.demo_run import DemoRun


def main() -> None:
    demo = DemoRun()
    try:
        for name in ("demo_first_start", "demo_second_start"):
            seconds = round(demo.start(), 1)
            demo.stop()
            print(json.dumps({"name": name, "value": seconds, "unit": "s", "goal": 60}))
    finally:
        demo.remove()


if __name__ == "__main__":
    main()
