"""Who acts in the chaos: each with dice of its own, thrown from the seed, and a note of what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import requests
import stripe
from sqlalchemy.exc import SQLAlchemyError

from portal.ports import GatewayError
from tests.chaos.browser import TIMEOUT, Browser, hidden
from tests.chaos.practice import Household, Office
from tests.chaos.stage import Stage
from tests.proof.our_books import Witness
from tests.sandbox_server import DECLINED, GOOD
from tests.services.payer_voice import Payer, clp, negated, svc
from tests.services.refund_desk import COMES_BACK

BANKS = (
    "000123456789",
    "000222222227",
    "000555555559",
)  # arrives, comes back, arrives and is disputed
ASKS = "4000000000003220"


@dataclass
class Life:
    """What all actors share: where they are, what they saw, and whether it goes on."""

    stage: Stage
    witness: Witness
    households: list[Household]
    office: Office
    seed: int
    over: threading.Event = field(default_factory=threading.Event)
    did: Counter[str] = field(default_factory=Counter)
    paid: list[tuple[int, UUID]] = field(default_factory=list)  # a receipt was seen
    surprises: list[str] = field(default_factory=list)

    def dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")

    @contextmanager
    def tries(self, what: str) -> Iterator[None]:
        """One deed; a broken page, connection or database is part of the game, anything else is not."""
        try:
            yield
            self.did[what] += 1
        except (requests.RequestException, stripe.StripeError, SQLAlchemyError):
            self.did[f"{what}: broken off"] += 1
            self.over.wait(0.3)
        except GatewayError:
            self.did[f"{what}: provider away"] += 1
        except Exception as error:  # the report tells it, and the run fails
            self.surprises.append(f"{what}: {type(error).__name__}: {error}")


class Patient:
    """Opens pages, pays, declines, presses twice, forgets, and comes back."""

    def __init__(self, life: Life, number: int, households: list[Household]) -> None:
        self.life = life
        self.dice = life.dice(f"patient {number}")
        self.households = households
        self.begun: list[tuple[Browser, Household, UUID]] = []

    def live(self) -> None:
        ways: list[tuple[int, Callable[[Browser, Household], None]]] = [
            (6, self.pays),
            (2, self.declined_then_pays),
            (2, self.presses_twice),
            (2, self.has_two_tabs),
            (2, self.leaves),
            (2, self.by_bank),
            (1, self.asked_by_the_bank),
            (2, self.comes_back),
            (1, self.with_a_card_whose_refunds_return),
        ]
        deeds, weights = [way for _, way in ways], [weight for weight, _ in ways]
        while not self.life.over.is_set():
            home = self.dice.choice(self.households)
            [deed] = self.dice.choices(deeds, weights)
            browser = Browser(self.life.stage.web_url, home.cookie)
            with self.life.tries(deed.__name__):
                deed(browser, home)
            time.sleep(self.dice.uniform(0, 0.1))

    def form(self, browser: Browser) -> dict[str, str]:
        """The pay page's form, for an amount of one's own."""
        page = browser.get("/pay")
        self.life.did[f"pay page {page.status_code}"] += 1
        return hidden(page, "payment") | {
            "scope": "own_amount",
            "visit": "",
            "cents": str(self.cents()),
        }

    def cents(self) -> int:
        return self.dice.randint(50, 3_000)

    def begin(self, browser: Browser, home: Household, form: dict[str, str]) -> str:
        """Press Pay: where it leads. A redirect is an answer that must not be forgotten."""
        answer = browser.post("/pay/begin", form)
        self.life.did[f"begin {answer.status_code}"] += 1
        if answer.status_code != 303:
            return ""
        payment_id = UUID(form["payment"])
        self.life.witness.payments.add(payment_id)
        self.begun.append((browser, home, payment_id))
        return answer.headers["Location"]

    def at_the_card_company(self, location: str, number: str = GOOD, **fields: str) -> str:
        """Press the button on the hosted page, if that is where we were sent; where it leads back to."""
        if urlsplit(location).netloc != self.life.stage.checkout_host:
            return ""
        form = {"number": number, "expiry": "12/34", "cvc": "123", **fields}
        if fields.get("account"):
            del form["number"]
        answer = requests.post(location, data=form, allow_redirects=False, timeout=TIMEOUT)
        self.life.did[f"hosted page {answer.status_code}"] += 1
        return answer.headers.get("Location", "")

    def look(self, browser: Browser, home: Household, payment_id: UUID) -> None:
        """Our own page of the payment; a receipt in hand must stay."""
        answer = browser.get(f"/pay/{payment_id}/return")
        location = answer.headers.get("Location", "")
        if "/receipts/" in location:
            self.life.witness.payments.add(payment_id)
            self.life.witness.receipts.add(location.rsplit("/", 1)[-1])
            self.life.paid.append((home.account_id, payment_id))

    def pays(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        self.at_the_card_company(self.begin(browser, home, form))
        self.look(browser, home, UUID(form["payment"]))

    def declined_then_pays(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        location = self.begin(browser, home, form)
        self.at_the_card_company(location, DECLINED)
        if self.dice.random() < 0.7:
            self.at_the_card_company(location)
        self.look(browser, home, UUID(form["payment"]))

    def presses_twice(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        with ThreadPoolExecutor(2) as pool:
            pages = list(pool.map(lambda _: self.begin(browser, home, form), range(2)))
            list(pool.map(self.at_the_card_company, pages))
        self.look(browser, home, UUID(form["payment"]))

    def has_two_tabs(self, browser: Browser, home: Household) -> None:
        forms = [self.form(browser), self.form(browser)]
        with ThreadPoolExecutor(2) as pool:
            pages = list(pool.map(lambda form: self.begin(browser, home, form), forms))
            list(pool.map(self.at_the_card_company, pages))
        for form in forms:
            self.look(browser, home, UUID(form["payment"]))

    def leaves(self, browser: Browser, home: Household) -> None:
        """Pays and never returns: only webhook, sweep or walk can tell us."""
        self.at_the_card_company(self.begin(browser, home, self.form(browser)))

    def by_bank(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        account = self.dice.choice(BANKS)
        self.at_the_card_company(self.begin(browser, home, form), account=account)
        self.look(browser, home, UUID(form["payment"]))

    def asked_by_the_bank(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        step = self.at_the_card_company(self.begin(browser, home, form), ASKS)
        if step.startswith("/c/3ds/"):
            outcome = self.dice.choice(["complete", "fail"])
            address = self.life.stage.sandbox.url + step
            requests.post(
                address, data={"outcome": outcome}, allow_redirects=False, timeout=TIMEOUT
            )
        self.look(browser, home, UUID(form["payment"]))

    def with_a_card_whose_refunds_return(self, browser: Browser, home: Household) -> None:
        form = self.form(browser)
        self.at_the_card_company(self.begin(browser, home, form), COMES_BACK)
        self.look(browser, home, UUID(form["payment"]))

    def comes_back(self, _browser: Browser, _home: Household) -> None:
        if self.begun:
            self.look(*self.dice.choice(self.begun))


class Staff:
    """Asks for refunds and approves them, posts remittances twice and takes decisions back."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.dice = life.dice("staff")
        self.payer = Payer()
        self.decided: list[tuple[Household, object]] = []
        self.undecided = list(life.households)

    def live(self) -> None:
        deeds = [self.refunds, self.refunds, self.remittance]
        while not self.life.over.is_set():
            deed = self.dice.choice(deeds)
            with self.life.tries(deed.__name__):
                deed()
            time.sleep(self.dice.uniform(0.1, 0.4))

    def as_(self, cookie: tuple[str, str]) -> Browser:
        return Browser(self.life.stage.web_url + "/staff", cookie)

    def refunds(self) -> None:
        if not self.life.paid:
            return
        account_id, payment_id = self.dice.choice(self.life.paid)
        biller, manager = self.as_(self.life.office.biller), self.as_(self.life.office.manager)
        where = f"/refunds/of/{account_id}/{payment_id}"
        fields = hidden(biller.get(where), "refund_id")
        cents = self.dice.randint(50, 1_500)
        wish = {
            "csrf_token": fields["csrf_token"],
            "refund_id": str(uuid4()),
            "amount": f"{cents // 100}.{cents % 100:02}",
            "reason": "paid_twice",
            "place": "order",
            "note": "Paid at the desk too",
        }
        asked = biller.post(f"{where}/send", wish)
        self.life.did[f"refund asked {asked.status_code}"] += 1
        if asked.status_code != 302:
            return
        refund_id = UUID(wish["refund_id"])
        self.life.witness.refunds.add(refund_id)
        token = {
            "csrf_token": hidden(manager.get(f"/refunds/{refund_id}"), "csrf_token")["csrf_token"]
        }
        with ThreadPoolExecutor(2) as pool:  # pressed twice
            presses = pool.map(
                lambda _: manager.post(f"/refunds/{refund_id}/approve", token), range(2)
            )
            for press in presses:
                self.life.did[f"refund approved {press.status_code}"] += 1

    def remittance(self) -> None:
        """One decision, or the reversal of one; sometimes the same file again."""
        if self.undecided and (not self.decided or self.dice.random() < 0.7):
            home = self.undecided.pop(self.dice.randrange(len(self.undecided)))
            share = self.dice.randint(10, 200)
            said = clp(home.control_number, svc("99213", 300, f"CO-45 40, PR-1 {share}"))
            self.decided.append((home, said))
        elif self.decided:
            home, was = self.decided.pop(self.dice.randrange(len(self.decided)))
            said = negated(was)  # type: ignore[arg-type]
            self.undecided.append(home)
        else:
            return
        data = self.payer.data(said)
        poster = self.as_(self.life.office.poster)
        for _ in range(self.dice.choice([1, 1, 2])):
            token = hidden(poster.get("/remittances/upload"), "csrf_token")["csrf_token"]
            file = ("chaos.835", data)
            taken = poster.post("/remittances/upload", {"csrf_token": token}, file)
            self.life.did[f"remittance taken {taken.status_code}"] += 1
            if taken.status_code == 302:
                path = urlsplit(taken.headers["Location"]).path.removeprefix("/staff")
                token = hidden(poster.get(path)).get("csrf_token", token)
                done = poster.post(f"{path}/post", {"csrf_token": token})
                self.life.did[f"remittance posted {done.status_code}"] += 1


class Bank:
    """Disputes charges and decides; sends money back in the card company's own pages."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.dice = life.dice("bank")
        self.open: list[str] = []

    def live(self) -> None:
        while not self.life.over.is_set():
            time.sleep(self.dice.uniform(0.5, 2))
            deed = self.dice.choice([self.disputes, self.decides, self.refunds_by_itself])
            with self.life.tries(deed.__name__), suppress(AssertionError):
                deed()

    def charge(self) -> stripe.Charge | None:
        listed = self.life.stage.stripe.v1.charges.list(params={"limit": 50}).data
        found = [c for c in listed if c.status == "succeeded" and not c.disputed]
        return self.dice.choice(found) if found else None

    def disputes(self) -> None:
        charge = self.charge()
        if charge is not None:
            told = self.life.stage.control("dispute", charge=charge.id)
            self.open.append(str(told["dispute"]))

    def decides(self) -> None:
        if self.open:
            dispute = self.open.pop(0)
            status = self.dice.choice(["won", "lost"])
            self.life.stage.control("close_dispute", id=dispute, status=status)

    def refunds_by_itself(self) -> None:
        charge = self.charge()
        if charge is not None:
            self.life.stage.stripe.v1.refunds.create(params={"charge": charge.id, "amount": 50})
