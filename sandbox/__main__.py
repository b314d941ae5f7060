"""`python -m sandbox --port N`: the stand-ins on loopback, for the demo and for tests."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

from werkzeug.serving import make_server

from sandbox import mail
from sandbox.app import create_app
from sandbox.stripe_api.events import ensure_endpoint
from sandbox.twilio_api import ACCOUNT_SID, AUTH_TOKEN, Messages
from sandbox.world import World

LIVE_KEYS = ("sk_live_", "rk_live_")
LOOPBACK = "127.0.0.1"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8420, help="where HTTP is answered")
    parser.add_argument(
        "--db", help="SQLite file to keep state in; without it, a new one each time"
    )
    parser.add_argument("--smtp-port", type=int, help="take e-mail on this port")
    parser.add_argument("--webhook", metavar="URL", help="send Stripe's events there")
    parser.add_argument("--webhook-secret", metavar="S", help="sign them with this secret")
    parser.add_argument("--inbound", metavar="URL", help="tell this address what phones text")
    parser.add_argument("--demo", type=Path, help="demo.json: the inbox shows its people's codes")
    wanted = parser.parse_args(argv)
    if bool(wanted.webhook) != bool(wanted.webhook_secret):
        parser.error("--webhook and --webhook-secret go together")
    return wanted


def main() -> int:
    """Serve until stopped; refuse to stand beside a live key."""
    wanted = arguments()
    if os.environ.get("STRIPE_SECRET_KEY", "").startswith(LIVE_KEYS):
        print("STRIPE_SECRET_KEY is a live key: the sandbox does not start.", file=sys.stderr)
        return 2
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        world = World(wanted.db or str(Path(folder) / "sandbox.sqlite"))
        if wanted.webhook:
            ensure_endpoint(world, wanted.webhook, wanted.webhook_secret)
        messages = Messages(
            world,
            sid=os.environ.get("TWILIO_ACCOUNT_SID") or ACCOUNT_SID,
            token=os.environ.get("TWILIO_AUTH_TOKEN") or AUTH_TOKEN,
            inbound_url=wanted.inbound,
        )
        app = create_app(world, messages, demo=wanted.demo)
        if wanted.smtp_port:
            mail.start(world, wanted.smtp_port)
        world.start()
        server = make_server(LOOPBACK, wanted.port, app, threaded=True)
        print(f"Sandbox on http://{LOOPBACK}:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
