"""What a file is before anybody posts it: an 835, something else with its name, or an 835 that was cut off."""

from __future__ import annotations

from dataclasses import dataclass

from portal.x12.envelope import BLANKS, Interchange, X12Error, interchanges

_BEGINNINGS = (
    (b"%PDF", "a PDF", "Ask the payer for the 835 file of the same payment, or enter it by hand."),
    (b"PK\x03\x04", "a ZIP or an Office file", "Unpack it, and send the files that are in it."),
    (b"\x1f\x8b", "a packed file (gzip)", "Unpack it, and send the file that is in it."),
    (b"\x89PNG", "a picture", "Send the 835 file; a picture of an EOB is entered by hand."),
    (b"\xff\xd8\xff", "a picture", "Send the 835 file; a picture of an EOB is entered by hand."),
    (b"GIF8", "a picture", "Send the 835 file; a picture of an EOB is entered by hand."),
    (b"<", "a web page or XML", "Download the 835 file itself from the payer’s site."),
    (b"{", "JSON", "Ask for the file as an X12 835."),
)
_SETS = {
    "837": ("a file of claims (837)", "Claims go in under Claims, not here."),
    "270": ("a question about coverage (270)", "Nothing of it is posted."),
    "271": ("an answer about coverage (271)", "Nothing of it is posted."),
    "276": ("a question about claims (276)", "Nothing of it is posted."),
    "277": ("a report on claims (277)", "It moves no money; the 835 comes with the payment."),
    "999": ("a receipt for a file (999)", "It moves no money; nothing is posted."),
    "820": ("a premium payment (820)", "It pays no claims; nothing is posted."),
}


@dataclass(frozen=True, slots=True)
class NotAn835:
    """What it is, and what to do instead, in words for the office."""

    what: str
    todo: str

    def __str__(self) -> str:
        return f"This is {self.what}, not an 835. {self.todo}"


def tell_kind(data: bytes, *, file: str) -> NotAn835 | None:
    """None for a file with at least one ST*835, whatever else is wrong with it."""
    bare = data.strip()
    if not bare:
        return NotAn835("an empty file", "Send it again, or ask the payer to.")
    for beginning, what, todo in _BEGINNINGS:
        if bare.startswith(beginning):
            return NotAn835(what, todo)
    try:
        kinds = [kind for chunk in interchanges(data, file=file) for kind in _kinds(chunk)]
    except X12Error:
        return NotAn835("no X12 file", "Send the file as the payer or clearinghouse made it.")
    if "835" in kinds:
        return None
    if not kinds:
        return NotAn835("an X12 file without a transaction", "Ask for the file again.")
    what, todo = _SETS.get(kinds[0], (f"an X12 {kinds[0][:10]}", "Nothing of it is posted."))
    return NotAn835(what, todo)


def why_cut_off(data: bytes, *, file: str) -> str:
    """Why the file looks cut off in the middle, or empty. Wrong counts alone are common and mean nothing."""
    for chunk in interchanges(data, file=file):
        names = [_name(segment, chunk) for segment in chunk.segments]
        sets, ends = names.count("ST"), names.count("SE")
        if sets > ends:
            return f"{sets} transactions begin and {ends} end: it breaks off in the middle"
        if names and names[0] == "ISA" and "IEA" not in names:
            return "its envelope has no end (IEA)"
        told = sum(
            _count(segment, chunk) for segment in chunk.segments if _name(segment, chunk) == "GE"
        )
        if told > sets:
            return f"it says that it holds {told} transactions, and {sets} are there"
    return ""


def _kinds(chunk: Interchange) -> list[str]:
    cut = chunk.delimiters.element
    return [
        segment.split(cut)[1].strip(BLANKS)[:3]
        for segment in chunk.segments
        if segment.startswith(f"ST{cut}")
    ]


def _name(segment: str, chunk: Interchange) -> str:
    return segment.split(chunk.delimiters.element, 1)[0].strip(BLANKS)


def _count(segment: str, chunk: Interchange) -> int:
    said = [*segment.split(chunk.delimiters.element), ""][1].strip(BLANKS)
    return int(said) if said.isdecimal() else 0
