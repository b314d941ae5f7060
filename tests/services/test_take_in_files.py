"""Files that come in by themselves: whole ones once, cut-off ones later, and none twice whatever dies (OPS-9)."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from billing.free_text import REDACTED
from billing.ledger import Account
from portal.adapters.era_folder import EraFolder
from portal.db import read_only
from portal.models.posting import IncomingFile
from portal.models.remittances import RemittanceRow
from portal.ports import Refused
from portal.queries.incoming_files import incoming_page
from portal.services import take_in_files as service
from portal.services.take_in_files import take_in_files
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    clp,
    insured,
    svc,
    total,
    verify_ledger,
    work,
    written,
)
from tests.services.practice_files import Shelf

pytestmark = pytest.mark.usefixtures("database_url")
MINUTES = timedelta(minutes=5)
OURS = "CLM4"  # as the first visit of an empty practice is numbered


class Place:
    """A watched folder and the looks at it, five minutes apart."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.drop, self.store = folder, EraFolder(folder), Shelf()
        self.now = datetime.now(UTC)

    def lay(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += MINUTES
            take_in_files(drop=self.drop, store=self.store, now=self.now)
        proof = verify_ledger()
        assert proof.ok, proof.to_json()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def pays(payer: Payer | None = None, **fields) -> bytes:
    said = clp(OURS, svc("99213", 100, "CO-45 20, PR-1 50"))
    return (payer or Payer()).data(said, **fields)


def readable(folder: Path) -> list[str]:
    """Whatever lies there beside the notes."""
    found = (one for one in folder.rglob("*") if one.is_file())
    return sorted(one.name for one in found if not one.name.endswith(".why.txt"))


def incoming() -> list[IncomingFile]:
    with read_only() as session:
        return list(session.scalars(select(IncomingFile).order_by(IncomingFile.id)))


def remittances() -> int:
    with read_only() as session:
        return session.scalar(select(func.count()).select_from(RemittanceRow)) or 0


def test_OPS_9_a_file_is_taken_once_it_stands_still(place: Place) -> None:
    insured(10_000)
    data = pays()
    place.lay("feb.835", data[:200])
    place.lay(".hidden", data)
    place.lay("feb.835.part", data)
    place.look()
    assert (incoming()[0].state, remittances()) == ("growing", 0)
    place.lay("feb.835", data)
    place.look()  # grown since
    assert remittances() == 0
    place.look()
    [row] = incoming()
    assert (row.state, remittances(), total(Account.PAYER_CLEARING)) == ("posted", 1, 3_000)
    assert row.closed_at is not None
    assert "Claims posted: 1" in row.reason
    assert place.store.kept[row.stored_as] == data
    assert [one.name for one in (place.folder / "done").iterdir()] == ["feb.835.why.txt"]
    note = (place.folder / "done" / "feb.835.why.txt").read_text()
    assert note == f"{row.reason}\nIncoming file {row.id}.\n"
    assert sorted(one.name for one in place.folder.iterdir()) == [
        ".hidden",
        "done",
        "feb.835.part",
    ]
    page = incoming_page(on=NOW.date())
    assert page.files[0].tag == ("paid", "Taken in")


def test_PCI_5_a_name_is_kept_without_its_card_number_and_the_file_moved_under_its_own(
    place: Place,
) -> None:
    insured(10_000)
    names = ("4111111111111111.835", "5555 5555 5555 4444.835")  # alike without the cards
    for name, data in zip(names, (pays(), b"no 835"), strict=True):
        place.lay(name, data)
    place.look(4)
    rows = incoming()
    assert sorted(row.state for row in rows) == ["posted", "refused"]
    assert {row.name for row in rows} == {f"{REDACTED}.835"}
    assert not any("4111" in row.reason or "5555" in row.reason for row in rows)
    assert (place.folder / "done" / f"{names[0]}.why.txt").exists()
    assert (place.folder / "refused" / f"{names[1]}.why.txt").exists()
    assert readable(place.folder) == []


def test_the_same_file_again_and_an_overlapping_one_change_nothing_twice(place: Place) -> None:
    insured(10_000)
    payer = Payer()
    first = payer.remittance(clp(OURS, svc("99213", 100, "CO-45 20, PR-1 50")))
    other = payer.remittance(clp("LOST", svc("99213", 40)))
    place.lay("a.835", written(first))
    place.look(2)
    place.lay("a.835", written(first))
    place.lay("both.835", written(first, other))
    place.look(2)
    assert [row.state for row in incoming()] == ["posted", "duplicate", "posted"]
    assert (remittances(), total(Account.PAYER_CLEARING)) == (2, 7_000)
    notes = {one.name for one in (place.folder / "done").iterdir()}
    assert notes == {"a.835.why.txt", "a.835.2.why.txt", "both.835.why.txt"}


def test_OPS_9_a_file_that_is_cut_off_waits_an_hour_and_then_somebody_is_told(place: Place) -> None:
    insured(10_000)
    data = pays()
    place.lay("cut.835", data[: len(data) // 2])
    place.look(2)
    assert (incoming()[0].state, work()) == ("cut_off", [])
    place.look(12)
    [row] = incoming()
    assert (row.state, remittances()) == ("refused", 0)
    [item] = work()
    assert (item.kind, item.reasons) == ("file_refused", [row.reason])
    assert place.store.get(row.stored_as) == data[: len(data) // 2], "patients stand in it too"
    assert readable(place.folder) == []
    place.lay("cut.835", data)
    place.look(2)
    assert (remittances(), total(Account.PAYER_CLEARING)) == (1, 3_000)
    assert incoming()[-1].state == "posted"


def test_the_rest_of_a_cut_off_file_may_come_within_the_hour(place: Place) -> None:
    insured(10_000)
    data = pays()
    place.lay("cut.835", data[: len(data) // 2])
    place.look(3)
    place.lay("cut.835", data)
    place.look(2)
    assert [row.state for row in incoming()] == ["posted"]
    assert work() == []


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"%PDF-1.4", "a PDF"), (b"PK\x03\x04", "a ZIP")]
)
def test_a_wrong_file_is_refused_with_what_to_do(place: Place, data: bytes, words: str) -> None:
    place.lay("wrong", data)
    place.look(2)
    [row] = incoming()
    assert row.state == "refused"
    assert words in row.reason
    assert words in (place.folder / "refused" / "wrong.why.txt").read_text()
    assert place.store.kept[row.stored_as] == data
    assert readable(place.folder) == []


def test_a_file_that_was_taken_away_before_it_was_read_is_closed(place: Place) -> None:
    place.lay("a.835", b"x")
    place.look()
    (place.folder / "a.835").unlink()
    place.look()
    assert [(row.state, row.closed_at is not None) for row in incoming()] == [("gone", True)]


def test_a_folder_that_is_not_there_is_asked_again(tmp_path: Path) -> None:
    Place(tmp_path / "later").look()
    assert incoming() == []


def test_OPS_9_an_odd_name_is_refused_and_the_files_behind_it_are_taken(place: Place) -> None:
    insured(10_000)
    odd = os.fsdecode(b"f\xe9v.835")
    for name in (odd, "a\nb.835", "z.835"):
        place.lay(name, pays() if name == "z.835" else b"x")
    place.look(2)
    rows = {row.name: row.state for row in incoming()}
    assert rows == {"f\\udce9v.835": "refused", "a\\nb.835": "refused", "z.835": "posted"}
    assert (place.folder / "refused" / odd).exists(), "a name that we cannot keep: it is not read"
    assert all(row.closed_at for row in incoming())


def test_OPS_9_a_file_that_breaks_something_stops_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    insured(10_000)
    put_aside = EraFolder.put_aside

    def breaks(self: EraFolder, name: str, *, refused: bool, note: str, kept: str) -> None:
        if name == "a.835":
            raise ValueError
        put_aside(self, name, refused=refused, note=note, kept=kept)

    monkeypatch.setattr(EraFolder, "put_aside", breaks)
    place.lay("a.835", b"x")
    place.lay("z.835", pays())
    place.look(2)
    assert [row.state for row in incoming()] == ["refused", "posted"]


def test_OPS_9_a_file_that_holds_more_than_its_folder_says_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fetch(_self: EraFolder, _name: str, *, at_most: int) -> bytes:
        asked.append(at_most)
        return bytes(at_most)

    monkeypatch.setattr(EraFolder, "fetch", fetch)
    monkeypatch.setattr(service, "LARGEST", 1_000)
    place.lay("a.835", b"x")
    place.look(2)
    assert asked == [1_001]
    [row] = incoming()
    assert ("larger than" in row.reason, row.stored_as) == (True, "")
    assert (place.folder / "refused" / "a.835").read_bytes() == b"x", "nobody else has it"


def test_OPS_9_no_link_is_followed_where_files_are_put_aside(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    for each in (folder, elsewhere):
        each.mkdir()
    (folder / "done").symlink_to(elsewhere)
    (folder / "a.835").write_bytes(b"x")
    (folder / "b.835").symlink_to(elsewhere / "secret")
    drop = EraFolder(folder)
    assert [one.name for one in drop.look()] == ["a.835"]
    with pytest.raises(Refused, match="a link"):
        drop.put_aside("a.835", refused=False, note="Posted.", kept="")
    (folder / "refused").mkdir()
    (folder / "refused" / "a.835.why.txt").symlink_to(elsewhere / "note")
    for name in ("a.835", "b.835"):
        drop.put_aside(name, refused=True, note="Cut off.", kept="")
    assert list(elsewhere.iterdir()) == []
    assert (folder / "refused" / "a.835.2.why.txt").read_text() == "Cut off.\n"
    assert (folder / "refused" / "a.835.2").read_bytes() == b"x"
    assert (folder / "b.835").is_symlink()


def test_HIPAA_18_what_came_under_the_name_meanwhile_is_not_removed(tmp_path: Path) -> None:
    """Same size and same minute, other money: it is another file, which the next look finds."""
    (tmp_path / "a.835").write_bytes(b"2")
    drop = EraFolder(tmp_path)
    drop.put_aside("a.835", refused=False, note="Posted.", kept=sha256(b"1").hexdigest())
    assert (tmp_path / "a.835").read_bytes() == b"2"
    assert list((tmp_path / "done").iterdir()) == []


@pytest.mark.parametrize("step", ["note", "unlink"])
def test_HIPAA_18_killed_between_the_note_and_the_removal_it_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (tmp_path / "a.835").write_bytes(b"1")
    drop, kept = EraFolder(tmp_path), sha256(b"1").hexdigest()

    def dies(*_args: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "note":
            patch.setattr("portal.adapters.era_folder._write_new", dies)
        else:
            patch.setattr(Path, "unlink", dies)
        with pytest.raises(Killed):
            drop.put_aside("a.835", refused=True, note="Cut off.\nIncoming file 7.", kept=kept)
    assert (tmp_path / "a.835").exists(), "the note comes first"
    for _ in range(2):  # again, and once more after it was done
        drop.put_aside("a.835", refused=True, note="Cut off.\nIncoming file 7.", kept=kept)
    assert [one.name for one in (tmp_path / "refused").iterdir()] == ["a.835.why.txt"]
    assert readable(tmp_path) == []


class Killed(BaseException):
    """The process died here."""


def test_OPS_9_killed_at_any_step_nothing_is_posted_twice_or_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file a step: each is killed before or after its n-th touch of the outside or the database."""
    insured(10_000)
    with killing() as fuse:
        for name in ("put", "get"):
            monkeypatch.setattr(Shelf, name, fuse.around(getattr(Shelf, name)))
        for name in ("fetch", "put_aside"):
            monkeypatch.setattr(EraFolder, name, fuse.around(getattr(EraFolder, name)))
        monkeypatch.setattr(service, "transaction", fuse.entered(service.transaction))
        place, payer, survived = Place(tmp_path), Payer(), False
        for step in itertools.count(1):
            name = f"{step}.835"
            data = pays(payer, plbs=())
            place.lay(name, data)
            place.look()
            fuse.left = step
            try:
                take_in_files(drop=place.drop, store=place.store, now=place.now + MINUTES)
                survived = fuse.left > 0
            except Killed:
                fuse.left = 0
            place.look(2)
            row = incoming()[-1]
            assert (row.state, row.closed_at is not None) == ("posted", True), step
            assert readable(place.folder) == [], step
            assert place.store.kept[row.stored_as] == data
            assert [one.name for one in (place.folder / "done").glob(f"{name}*")] == [
                f"{name}.why.txt"
            ]
            assert remittances() == step
            if survived:
                break
    assert step > 10
    assert len(incoming()) == step


class Fuse:
    """Counts touches; at the last one the process dies, before or after it by turns."""

    left = 0

    def burn(self) -> None:
        if self.left > 0:
            self.left -= 1
            if self.left == 0:
                raise Killed

    def around(self, method):
        def call(*args, **kwargs):
            self.burn()
            answer = method(*args, **kwargs)
            self.burn()
            return answer

        return call

    def entered(self, transaction):
        @contextmanager
        def burning():
            self.burn()
            with transaction() as session:
                yield session
                self.burn()
            self.burn()

        return burning


@contextmanager
def killing() -> Iterator[Fuse]:
    fuse = Fuse()
    yield fuse
    fuse.left = 0
