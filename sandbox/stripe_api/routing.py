"""How a request becomes an answer: key, faults, validation, one stored outcome, expansion."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import stripe
from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from sandbox.errors import ApiError
from sandbox.faults import Fault
from sandbox.schema import Refused, unflatten, validate
from sandbox.store import Json, Store, new_id, public
from sandbox.world import Answer, World

TEST_KEYS = ("sk_test_", "rk_test_")
TOO_MANY_REQUESTS = 429
PREFIXES = {
    "ch": "charge",
    "cs": "checkout.session",
    "cus": "customer",
    "du": "dispute",
    "file": "file",
    "pi": "payment_intent",
    "pm": "payment_method",
    "po": "payout",
    "py": "charge",
    "re": "refund",
    "seti": "setup_intent",
    "txn": "balance_transaction",
}
FILTERS = ("customer", "payment_intent", "charge", "type", "status", "email", "source")
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: the handler takes the world, the checked parameters and the ids of the path."""

    method: str
    path: str
    handler: Callable[..., Json]
    params: type | None = None


def reads(plural: str, kind: str, list_params: type | None = None) -> tuple[Route, Route]:
    """The two reading endpoints that every resource has: one object, and the list."""

    def retrieve(world: World, _args: Json, object_id: str) -> Json:
        return world.store.get(kind, object_id)

    def listing(world: World, args: Json) -> Json:
        return list_page(world.store, kind, args)

    return (
        Route("GET", f"/v1/{plural}/<object_id>", retrieve),
        Route("GET", f"/v1/{plural}", listing, list_params),
    )


def create(world: World, shaped: Json, prefix: str) -> Json:
    """Give a shaped object its id and time, and store it."""
    shaped.update(id=new_id(prefix), created=world.store.now())
    return world.store.put(shaped)


def merge_metadata(item: Json, args: Json) -> None:
    """Stripe's rule: keys merge, an empty value removes its key, an empty whole removes all."""
    given = args.pop("metadata", None)
    if given == "":
        item["metadata"] = {}
    elif given:
        merged = {**(item.get("metadata") or {}), **given}
        item["metadata"] = {key: value for key, value in merged.items() if value != ""}


def list_page(
    store: Store, kind: str, args: Json, *, keep: Callable[[Json], bool] = lambda _row: True
) -> Json:
    """One page of a list, newest first, by Stripe's filters and cursors."""
    where = {name: args[name] for name in FILTERS if args.get(name) is not None}
    if args.get("payout") is not None:
        where["_payout"] = args["payout"]
    rows = [row for row in store.find(kind, where) if keep(row)]
    if args.get("types"):
        rows = [row for row in rows if row["type"] in args["types"]]
    if isinstance(args.get("created"), dict):
        for name, bound in args["created"].items():
            rows = [row for row in rows if COMPARISONS[name](row["created"], int(bound))]
    ids, limit = [row["id"] for row in rows], int(args.get("limit", 10))
    if args.get("starting_after") in ids:
        rows = rows[ids.index(args["starting_after"]) + 1 :]
    more = len(rows) > limit
    page = rows[:limit]
    if args.get("ending_before") in ids:
        rows = rows[: ids.index(args["ending_before"])]
        more, page = len(rows) > limit, rows[-limit:]
    return {"object": "list", "url": request.path, "has_more": more, "data": page}


def expand(store: Store, item: Json, paths: Iterable[str]) -> Json:
    """Replace ids by their objects along each dotted path."""
    for path in paths:
        head, _, rest = path.partition(".")
        if head == "data" and item.get("object") == "list":
            for member in item["data"]:
                expand(store, member, [rest] if rest else [])
            continue
        value = item.get(head)
        kind = PREFIXES.get(value.split("_")[0]) if isinstance(value, str) else None
        if kind:
            value = item[head] = store.get(kind, str(value))
        if rest and isinstance(value, dict):
            expand(store, value, [rest])
    return item


def register(blueprint: Blueprint, world: World, routes: Iterable[Route]) -> None:
    """Mount the endpoints on the blueprint."""
    for route in routes:
        blueprint.add_url_rule(
            route.path,
            f"{route.method} {route.path}",
            _view(world, route),
            methods=[route.method],
        )


def _view(world: World, route: Route) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        if not _test_key():
            return _reply(401, _error("Invalid API Key provided. Only sk_test_ keys work here."))
        fault = world.faults.take(request.method, request.path)
        kept = fault if fault and fault.kept else None
        if fault and not kept and fault.where == "before":
            suffered = _suffer(fault)
            if suffered:
                return suffered
        answer = _answer(world, route, ids, kept)
        late = fault and not kept and fault.where == "after"
        suffered = _suffer(fault) if fault and late else None
        return suffered or _reply(answer.status, answer.body, answer.replayed)

    return view


def _answer(world: World, route: Route, ids: dict[str, str], kept: Fault | None) -> Answer:
    fields = request.form if request.method == "POST" else request.args
    pairs = list(fields.items(multi=True))
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    files = [(name, _digest(file)) for name, file in request.files.items(multi=True)]
    pairs += files
    spelled = json.dumps([request.method, request.path, sorted(pairs)])
    try:
        raw = unflatten(pairs)
        wanted = raw.pop("expand", [])
        args, _ = validate(route.params, raw) if route.params else (raw, [])

        act = partial(_act, world, route, args, ids, wanted)
        return world.perform(
            partial(_stored_error, kept, act) if kept else act,
            key=key,
            fingerprint=hashlib.sha256(spelled.encode()).hexdigest(),
        )
    except Refused as refused:
        error = refused.as_answer()
        return Answer(error.status, {"error": error.body})
    except ApiError as error:
        return Answer(error.status, {"error": error.body})


def _digest(file: FileStorage) -> str:
    """What a file is to the key under which it is sent; it can be read again."""
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


def _act(world: World, route: Route, args: Json, ids: dict[str, str], wanted: list[str]) -> Json:
    done: Json = public(expand(world.store, route.handler(world, args, **ids), wanted))
    return done


def _stored_error(fault: Fault, act: Callable[[], Json]) -> Json:
    """An error that Stripe keeps under the key, whether or not the change was made before it."""
    if fault.where == "after":
        act()
    raise ApiError(fault.status, "api_error", "injected", keep=True)


def _test_key() -> bool:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        try:
            value = base64.b64decode(value).decode().split(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return value.startswith(TEST_KEYS)


def _suffer(fault: Fault) -> Response | None:
    """What the client sees of a fault: a broken connection, an error of the status asked for, or a late answer."""
    if fault.do == "delay":
        time.sleep(fault.secs)
        return None
    if fault.do == "drop":
        connection = request.environ.get("werkzeug.socket")
        if connection:
            connection.shutdown(socket.SHUT_RDWR)
        return Response("", 502)
    if fault.status == TOO_MANY_REQUESTS:
        return _reply(fault.status, _error("injected", "rate_limit_error", "lock_timeout"))
    return _reply(fault.status, _error("injected", "api_error"))


def _error(message: str, kind: str = "invalid_request_error", code: str | None = None) -> Json:
    return {"error": {"type": kind, "message": message, **({"code": code} if code else {})}}


def _reply(status: int, body: Any, replayed: bool = False) -> Response:
    response = Response(json.dumps(body, indent=2), status, mimetype="application/json")
    response.headers["Request-Id"] = new_id("req")
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", stripe.api_version)
    key = request.headers.get("Idempotency-Key")
    if key and request.method == "POST":
        response.headers["Idempotency-Key"] = key
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
