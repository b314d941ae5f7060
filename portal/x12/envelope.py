"""From bytes to segments: finds the delimiters and counts positions, whatever the producer did to the envelope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256

# Not str.strip(): it would also take \x1c to \x1f, which some producers use as separators.
BLANKS = " \t\r\n"
_ISA = re.compile(r"ISA[ ]?([^A-Za-z0-9 \t\r\n])[ ]*\w?\w?[ ]*\1[^\r\n]{0,40}?\1[ ]*\w?\w?[ ]*\1")
_BARE = re.compile(r"(?:^|[^A-Za-z0-9])(GS|ST)([^A-Za-z0-9 \t\r\n])")
_SECOND = re.compile(r"(?:BPR|BHT|BGN|AK1)[^A-Za-z0-9 \t\r\n]")
_BOUNDS = frozenset("SGI")  # of ST, SE, GS, GE and IEA
_LONGEST_AMOUNT = 15


class X12Error(ValueError):
    """A file or set that cannot be read: where it stopped, what should have stood there, and what did."""

    def __init__(self, file: str, position: int, expected: str, found: str) -> None:
        super().__init__(f"{file}, segment {position}: expected {expected}, found {found}")
        self.file, self.position, self.expected, self.found = file, position, expected, found


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that cut one interchange; `repetition` is empty where ISA11 says U."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    repetition: str = "^"


@dataclass(frozen=True, slots=True)
class Interchange:
    """One ISA to IEA, cut into segments; segment i stands at `first_position + i` in the file."""

    first_position: int
    segments: list[str]
    delimiters: Delimiters
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """One ST with what stands between it and its SE."""

    position: int  # of the ST
    kind: str  # ST01
    control_number: str  # ST02
    body: list[str]  # body[i] stands at position + 1 + i
    delimiters: Delimiters
    warnings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the body as if it had been sent with the usual delimiters and no line breaks."""
        text = "\n".join(self.body)  # a line break is the one thing no body holds
        cut = self.delimiters
        if (cut.element, cut.component) != ("*", ":"):
            text = text.translate({ord(cut.element): "*", ord(cut.component): ":"})
        return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=8192)  # a file repeats its fees and days
def read_cents(text: str) -> int:
    """Cents of an X12 amount ("132", "810.8", "-.06"), exactly; nothing is 0, anything else ValueError."""
    whole, dot, fraction = text.partition(".")
    if len(fraction) != 2:  # noqa: PLR2004 (cents) - cents have two digits
        if dot and not fraction and not whole[-1:].isdecimal():
            raise ValueError(text)
        fraction = fraction[:2].ljust(2, "0") + fraction[2:].rstrip("0")
    digits = whole[1:] if whole[:1] in {"-", "+"} else whole
    if (
        len(fraction) == 2  # noqa: PLR2004 (cents)
        and fraction.isdecimal()
        and (digits.isdecimal() or (dot and not digits))
        and len(digits) <= _LONGEST_AMOUNT
    ):
        return int(whole + fraction)
    bare = text.strip(BLANKS)
    if not bare:
        return 0
    if bare != text:
        return read_cents(bare)
    raise ValueError(text)


@lru_cache(maxsize=8192)
def read_date(text: str) -> date | None:
    """The date of a CCYYMMDD, or None where there is none to read."""
    if len(text) != 8 or not text.isdecimal():  # noqa: PLR2004 (cents) - CCYYMMDD
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def interchanges(data: bytes, *, file: str) -> Iterator[Interchange]:
    """Every interchange of a file; one without ISA counts as one. Raises X12Error for what is no X12 at all."""
    text = _decode(data)
    starts = _isa_starts(text)
    if not starts:
        bare = _BARE.search(text)
        if bare is None:
            raise X12Error(file, 1, "an ISA or ST segment", "none" if text else "an empty file")
        cut = _bare_delimiters(text[bare.start(1) :], bare.group(2))
        yield Interchange(1, _cut(text[bare.start(1) :], cut), cut, ("no ISA, GS or IEA",))
        return
    position = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        chunk = text[start:end]
        cut = _isa_delimiters(chunk, file, position)
        in_use = _component_in_use(chunk, cut.element)
        if in_use in {"", cut.component, cut.terminator}:
            told: tuple[str, ...] = ()
        else:
            told = (f"ISA16 says {cut.component!r}, the lines use {in_use!r}",)
            cut = replace(cut, component=in_use)
        segments = _cut(chunk, cut)
        closing = {segment[:3].rstrip(cut.element + " ") for segment in segments[-4:]}
        missing = tuple(f"no {name}" for name in ("GE", "IEA") if name not in closing)
        yield Interchange(position, segments, cut, told + missing)
        position += len(segments)


def transaction_sets(data: bytes, *, file: str) -> Iterator[TransactionSet]:
    """Every ST of a file in order; wrong counts and missing ends become warnings, never refusals."""
    for chunk in interchanges(data, file=file):
        element = chunk.delimiters.element
        opening, closing = f"ST{element}", f"SE{element}"
        ends = (opening, closing, f"GE{element}", f"IEA{element}", f"GS{element}")
        segments, start = chunk.segments, -1
        bounds = [
            index
            for index, segment in enumerate(segments)
            if segment[0] in _BOUNDS and segment.startswith(ends)  # the first test is the cheap one
        ]
        for index in bounds:
            segment = segments[index]
            if start >= 0:
                yield _set(chunk, start, index, segment if segment.startswith(closing) else "")
                start = -1
            if segment.startswith(opening):
                start = index
        if start >= 0:
            yield _set(chunk, start, len(segments), "")


def _set(chunk: Interchange, start: int, end: int, trailer: str) -> TransactionSet:
    cut, body = chunk.delimiters, chunk.segments[start + 1 : end]
    header = [*chunk.segments[start].split(cut.element), "", ""]
    control, warnings = header[2].strip(BLANKS), list(chunk.warnings)
    if not trailer:
        warnings.append("no SE")
    else:
        says = [*trailer.split(cut.element), "", ""]
        if says[1].strip(BLANKS) != str(len(body) + 2):
            warnings.append(f"SE01 says {says[1]} segments, the set has {len(body) + 2}")
        if says[2].strip(BLANKS) != control:
            warnings.append("SE02 is not the control number of the ST")
    return TransactionSet(
        position=chunk.first_position + start,
        kind=header[1].strip(BLANKS),
        control_number=control,
        body=body,
        delimiters=cut,
        warnings=tuple(warnings),
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
        return text.replace("\x00", "")


def _isa_starts(text: str) -> list[int]:
    """Where an ISA begins: never inside a segment, so not right behind an element separator."""
    starts = []
    for match in _ISA.finditer(text):
        before = text[max(0, match.start() - 20) : match.start()].rstrip(BLANKS)[-1:]
        if not before.isalnum() and before != match.group(1):
            starts.append(match.start())
    return starts


def _isa_delimiters(text: str, file: str, position: int) -> Delimiters:
    """Walk 16 separators: ISA is 106 characters long only in the better files."""
    element = text[3:].lstrip(" ")[0]
    at, repetition = 0, ""
    for number in range(1, 17):
        found = text.find(element, at)
        if found < 0:
            raise X12Error(file, position, "16 elements in ISA", str(number - 1))
        if number == 12:  # noqa: PLR2004 (cents) - ISA11 ends here
            repetition = text[at:found].strip(BLANKS)
        at = found + 1
    rest = text[at : at + 400].lstrip(" \t")
    component, after = rest[:1], rest[1:].lstrip(" \t")
    behind = after.lstrip(BLANKS)
    if component in {"\r", "\n"} or after[:1].isalnum() or _ends_line(rest, component):
        component, after, behind = "", rest, rest.lstrip(BLANKS)
    if after[:1] in {"\r", "\n"}:
        # A line break may end the segment, or merely stand before the real terminator.
        terminator = "\n" if not behind or behind[0].isalnum() else behind[0]
    else:
        terminator = after[:1] or "~"
    if repetition in {"U", ""} or repetition.isalnum():
        repetition = ""
    return Delimiters(element, component or ":", terminator, repetition[:1])


def _ends_line(rest: str, candidate: str) -> bool:
    """Whether the character behind ISA15 ends the next line too: then ISA16 is empty and it is the terminator."""
    lines = [line for line in rest[1:].splitlines()[:3] if line.strip(BLANKS)]
    return rest[1:2] in {"\r", "\n"} and bool(lines) and lines[0].rstrip(BLANKS).endswith(candidate)


def _bare_delimiters(text: str, element: str) -> Delimiters:
    """Without ISA, what stands before the second segment is the terminator."""
    second = _SECOND.search(text)
    before = text[: second.start()].rstrip(BLANKS)[-1:] if second else "~"
    if not before or before.isalnum() or before == element:
        before = "\n" if "~" not in text else "~"
    return Delimiters(element, _component_in_use(text, element) or ":", before, "")


def _component_in_use(text: str, element: str) -> str:
    """What cuts the first procedure code from its qualifier; empty where there is no service line."""
    quoted = re.escape(element)
    composite = re.search(rf"SV[C1]{quoted}[A-Z]{{2}}([^A-Za-z0-9{quoted} \t\r\n])", text)
    return composite.group(1) if composite else ""


def _cut(text: str, cut: Delimiters) -> list[str]:
    """The segments of one interchange, without line breaks, indents and blanks between them."""
    if cut.terminator == "\n":
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    else:
        text = text.replace("\r", "").replace("\n", "")
    segments = text.split(cut.terminator)
    apart = cut.terminator == "\n" and "\n\n" in text
    if apart or "\t" in text or f"{cut.terminator} " in text:
        segments = [segment.strip(BLANKS) for segment in segments]
    if segments and not segments[-1].strip(BLANKS):
        segments.pop()
    return [segment for segment in segments if segment]
