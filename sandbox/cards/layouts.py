"""How payers lay out a card: eleven layouts that the reader was made with, and three that it never saw."""

from __future__ import annotations

from sandbox.cards.conventions import CONVENTIONS, COPAYS, SILENT
from sandbox.cards.samples import (
    HEIGHT,
    LABELS,
    OTHER_LABELS,
    WIDTH,
    Card,
    Facts,
    Layouts,
    Pen,
    draw,
)

RX = ("rx_bin", "rx_pcn", "rx_group")
WHO = ("subscriber", "member_id", "group_number", "plan")


def _there(said: Facts, fields: tuple[str, ...]) -> list[str]:
    return [name for name in fields if name in said.printed]


def _header(pen: Pen, said: Facts, *, filled: bool) -> None:
    if filled:
        pen.bar(0, 150, pen.accent)
    pen.write(said.printed["payer"], 60, 38, 66, bold=True, ink="#fff" if filled else pen.accent)


def value_column(pen: Pen, said: Facts) -> None:
    """Labels in one column, values in the next."""
    _header(pen, said, filled=False)
    for row, name in enumerate(_there(said, (*WHO, *RX, *COPAYS))):
        y = 170 + 68 * row
        pen.write(said.labels[name] + pen.chance.choice([":", ""]), 70, y, 36)
        pen.write(said.printed[name], 560, y, 38, bold=name in WHO)


def running_text(pen: Pen, said: Facts) -> None:
    """Each label and its value in one run, in two columns."""
    _header(pen, said, filled=True)
    for row, name in enumerate(_there(said, WHO)):
        pen.write(f"{said.labels[name]}: {said.printed[name]}", 60, 200 + 78 * row, 40)
    for row, name in enumerate(_there(said, RX)):
        pen.write(f"{said.labels[name]}: {said.printed[name]}", 1000, 200 + 78 * row, 38)
    for row, name in enumerate(_there(said, COPAYS)):
        pen.write(f"{said.labels[name]} {said.printed[name]}", 60, 600 + 70 * row, 36)


def label_above(pen: Pen, said: Facts) -> None:
    """Small labels over large values, in two columns."""
    _header(pen, said, filled=pen.chance.random() < 0.5)
    for place, name in enumerate(_there(said, (*WHO, *RX))):
        left, y = (70, 830)[place % 2], 190 + 150 * (place // 2)
        pen.write(said.labels[name], left, y, 28)
        pen.write(said.printed[name], left, y + 38, 46, bold=True)
    x = 70.0
    for name in _there(said, COPAYS):
        x = 50 + pen.write(f"{said.labels[name]} {said.printed[name]}", x, 890, 32)


def two_columns(pen: Pen, said: Facts) -> None:
    """Who on the left, pharmacy and copays in tables on the right."""
    _header(pen, said, filled=True)
    for row, name in enumerate(_there(said, WHO)):
        y = 220 + 130 * row
        pen.write(said.labels[name].upper(), 60, y, 28, ink=pen.accent)
        pen.write(said.printed[name], 60, y + 36, 44)
    for row, name in enumerate(_there(said, (*RX, *COPAYS))):
        y = 220 + 74 * row
        pen.write(said.labels[name], 900, y, 34)
        pen.write(said.printed[name], 1290, y, 34, bold=True)


def rows_of_numbers(pen: Pen, said: Facts) -> None:
    """Rx numbers in a single row, copays as a list with strokes."""
    _header(pen, said, filled=False)
    for row, name in enumerate(_there(said, WHO)):
        x = pen.write(said.labels[name] + " ", 70, 210 + 90 * row, 38)
        pen.write(said.printed[name], x + 30, 210 + 90 * row, 38, bold=True)
    x = 70.0
    for name in _there(said, RX):
        x = 40 + pen.write(f"{said.labels[name]} {said.printed[name]}", x, 640, 32)
    there = _there(said, COPAYS)
    if there:
        pen.write(
            "/".join(said.labels[n] for n in there)
            + "  "
            + "/".join(said.printed[n] for n in there),
            70,
            760,
            32,
        )


def front_of_two(pen: Pen, said: Facts) -> None:
    """Only who, with the rest on the back."""
    _header(pen, said, filled=pen.chance.random() < 0.5)
    for row, name in enumerate(_there(said, WHO)):
        pen.write(said.labels[name] + ":", 90, 250 + 130 * row, 44)
        pen.write(said.printed[name], 640, 250 + 130 * row, 48, bold=True)
    pen.write("This card does not prove coverage.", 90, 900, 28)


def back_of_two(pen: Pen, said: Facts) -> None:
    """Pharmacy, copays and phone numbers among small print."""
    pen.bar(60, 190, "#222")
    pen.write("Call the number below before a hospital stay.", 70, 230, 30)
    for row, name in enumerate(_there(said, RX)):
        pen.write(f"{said.labels[name]}: {said.printed[name]}", 70, 300 + 62 * row, 34)
    for row, name in enumerate(_there(said, COPAYS)):
        pen.write(f"{said.labels[name]}: {said.printed[name]}", 860, 300 + 62 * row, 34)
    pen.write(f"Member Services: {said.phones[0]}", 70, 620, 36)
    pen.write(f"Providers call {said.phones[1]}", 70, 690, 36)
    pen.write("Mail claims to: PO Box 555, Sampletown, NY 10001", 70, 800, 30)


def pairs_in_rows(pen: Pen, said: Facts) -> None:
    """Held out: id and group side by side, other numbers around them, amounts at the right edge."""
    _header(pen, said, filled=False)
    pen.write("Health Plan (80840) 911-55501-04", 70, 150, 30)
    x = pen.write(
        f"{said.labels['member_id']}: {said.printed['member_id']}", 70, 230, 38, bold=True
    )
    if "group_number" in said.printed:
        words = f"{said.labels['group_number']}: {said.printed['group_number']}"
        pen.write(words, max(x + 70, 860), 230, 38, bold=True)
    pen.write(said.labels["subscriber"] + ":", 70, 320, 34)
    pen.write(said.printed["subscriber"], 70, 366, 42)
    pen.write("Payer ID 55501", 860, 320, 34)
    if "plan" in said.printed:
        pen.write(said.printed["plan"], 860, 366, 38)
    for row, name in enumerate(_there(said, RX)):
        pen.write(said.labels[name], 1010, 560 + 60 * row, 34)
        pen.write(said.printed[name], 1260, 560 + 60 * row, 34)
    for place, name in enumerate(_there(said, COPAYS)):
        words = f"{said.labels[name]}: {said.printed[name]}"
        pen.write(words, 70 + 440 * (place % 2), 560 + 60 * (place // 2), 32)
    pen.write("Dependents: Testo Example, Demo Example", 70, 800, 28)


def centred(pen: Pen, said: Facts) -> None:
    """Held out: everything in the middle, values under labels, effective date and office between them."""
    name = said.printed["payer"]
    pen.bar(HEIGHT - 70, HEIGHT, pen.accent)
    middle = WIDTH / 2

    def write(words: str, y: float, size: int, *, bold: bool = False, at: float = middle) -> None:
        end = pen.write(words, WIDTH + 10, y, size, bold=bold)
        pen.write(words, at - (end - WIDTH - 10) / 2, y, size, bold=bold)

    write(name.upper(), 40, 56, bold=True)
    for row, part in enumerate(_there(said, ("subscriber", "member_id", "group_number"))):
        write(said.labels[part], 150 + 125 * row, 28)
        write(said.printed[part], 186 + 125 * row, 46, bold=True)
    write("Effective Date 01/01/2026", 540, 30)
    if "plan" in said.printed:
        write(f"{said.labels['plan']}: {said.printed['plan']}", 590, 34)
    rx = _there(said, RX)
    for place, part in enumerate(rx):
        write(said.labels[part], 660, 28, at=WIDTH * (place + 1) / 4)
        write(said.printed[part], 696, 38, at=WIDTH * (place + 1) / 4)
    there = _there(said, COPAYS)
    for place, part in enumerate(there):
        write(said.labels[part], 780, 28, at=WIDTH * (place + 1) / 5)
        write(said.printed[part], 816, 38, at=WIDTH * (place + 1) / 5)


def dense(pen: Pen, said: Facts) -> None:
    """Held out: small type, id in the middle of a line, dates and a plan code that look like numbers we want."""
    pen.bar(0, 20, pen.accent)
    pen.write(said.printed["payer"], 900, 50, 54, bold=True, ink=pen.accent)
    pen.write("Issued 12/15/2025   Plan Code 332", 70, 60, 28)
    pen.write(said.labels["subscriber"], 70, 180, 30)
    pen.write(said.printed["subscriber"], 420, 180, 34, bold=True)
    pen.write(said.labels["member_id"], 70, 240, 30)
    pen.write(said.printed["member_id"], 420, 238, 36, bold=True)
    pen.write("Coverage", 960, 180, 30)
    pen.write("Employee + Family", 1200, 180, 30)
    pen.write("Effective", 960, 240, 30)
    pen.write("01/01/2026", 1200, 240, 30)
    if "group_number" in said.printed:
        pen.write(said.labels["group_number"], 70, 300, 30)
        pen.write(said.printed["group_number"], 420, 298, 34, bold=True)
    if "plan" in said.printed:
        pen.write(said.labels["plan"], 70, 360, 30)
        pen.write(said.printed["plan"], 420, 360, 32)
    x = 70.0
    for name in _there(said, RX):
        x = 36 + pen.write(f"{said.labels[name]}: {said.printed[name]}", x, 520, 30)
    pen.write("Your share when you go to:", 70, 620, 30)
    for row, name in enumerate(_there(said, COPAYS)):
        pen.write(said.labels[name], 110, 670 + 50 * row, 30)
        pen.write(said.printed[name], 620, 670 + 50 * row, 30)
    pen.write("Deductible $1,500 / $3,000", 960, 670, 30)
    pen.write("Out of pocket $6,000", 960, 720, 30)


KNOWN: Layouts = {
    "value column": (value_column, None),
    "running text": (running_text, None),
    "label above": (label_above, None),
    "two columns": (two_columns, None),
    "rows of numbers": (rows_of_numbers, None),
    "front and back": (front_of_two, back_of_two),
    **CONVENTIONS,
}
HELD_OUT: Layouts = {
    "pairs in rows": (pairs_in_rows, None),
    "centred": (centred, back_of_two),
    "dense": (dense, None),
}


def known_card(seed: int) -> Card:
    """A card of a layout that the reader was made with."""
    return draw(seed, KNOWN, LABELS, SILENT)


def held_out_card(seed: int) -> Card:
    """A card of a layout, and partly with labels, that the reader was not made with."""
    return draw(seed + 10_000, HELD_OUT, OTHER_LABELS, {})
