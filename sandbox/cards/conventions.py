"""Layouts after what large payers of each kind really print, with invented names: many labels, odd places, numbers that mislead."""

from __future__ import annotations

from sandbox.cards.samples import HEIGHT, WIDTH, Facts, Pen

COPAYS = ("copay_office", "copay_specialist", "copay_emergency", "copay_urgent")


def national(pen: Pen, said: Facts) -> None:
    """Id and group in one row on top, a person number before the name, Rx with signs for a number in one row."""
    p = said.printed
    pen.write(p["payer"], 70, 50, 60, bold=True, ink=pen.accent)
    pen.write(f"ID {p['member_id']}", 70, 190, 42, bold=True)
    if "group_number" in p:
        pen.write(f"GRP: {p['group_number']}", 70, 260, 34)
    pen.write("NAME", 70, 340, 26)
    pen.write(f"01 {p['subscriber']}", 70, 374, 38)
    pen.write("02 PROBO EXAMPLE", 70, 422, 38)
    if "plan" in p:
        pen.write(p["plan"], 980, 60, 40)
    for row, name in enumerate(name for name in COPAYS if name in p):
        words = {
            "copay_office": "PCP",
            "copay_specialist": "SPC",
            "copay_emergency": "ER",
            "copay_urgent": "URG CARE",
        }
        pen.write(words[name], 980, 190 + 50 * row, 32)
        pen.write(p[name], 1240, 190 + 50 * row, 32)
    if "rx_bin" in p:
        numbers = f"RX BIN# {p['rx_bin']}   RX PCN# {p['rx_pcn']}   RX GRP# {p['rx_group']}"
        pen.write(numbers, 70, 860, 30)
    pen.write("PAYER NUMBER 55502 0735", 1040, 930, 26)


def employer(pen: Pen, said: Facts) -> None:
    """Right-hand column of copays with their heading, the employer's name over the group, dates between."""
    p = said.printed
    pen.bar(0, 24, pen.accent)
    pen.write(p["payer"], 60, 60, 58, bold=True)
    pen.write("Testa Widgets Inc", 60, 150, 34)
    pen.write("Coverage Effective Date: 01/01/2026", 60, 200, 28)
    if "group_number" in p:
        pen.write(f"Group: {p['group_number']}", 60, 250, 32)
    pen.write("Issuer (80840) 9151014609", 60, 296, 28)
    pen.write(f"ID: {p['member_id']}", 60, 360, 40, bold=True)
    pen.write(f"Name: {p['subscriber']}", 60, 420, 38)
    pen.write("PCP: Dr Ann Sample 555-555-0199", 60, 490, 30)
    if "rx_bin" in p:
        pen.write(f"RxBIN {p['rx_bin']}    RxPCN {p['rx_pcn']}", 60, 560, 30)
        pen.write(f"RxGrp {p['rx_group']}", 60, 604, 30)
    if "plan" in p:
        pen.write(p["plan"], 1000, 150, 36, bold=True)
    words = {
        "copay_office": "PCP Visit",
        "copay_specialist": "Specialist",
        "copay_emergency": "Hospital ER",
        "copay_urgent": "Urgent Care",
    }
    there = [name for name in COPAYS if name in p]
    if there:
        pen.write("Copays", 1000, 230, 32, bold=True)
    for row, name in enumerate(there):
        pen.write(words[name], 1000, 284 + 48 * row, 30)
        pen.write(p[name], 1380, 284 + 48 * row, 30)
    pen.write("Network coinsurance: In 80% / Out 60%", 1000, 520, 26)
    pen.write("Deductible: $2,000", 1000, 560, 26)


def alliance(pen: Pen, said: Facts) -> None:
    """Long labels over the values, plan codes and BIN on the right, a suitcase at the foot."""
    p = said.printed
    pen.write(p["payer"], 60, 44, 64, bold=True, ink=pen.accent)
    pen.write("Subscriber Name", 60, 190, 26)
    pen.write(p["subscriber"], 60, 222, 40, bold=True)
    pen.write("Identification Number", 60, 300, 26)
    pen.write(p["member_id"], 60, 332, 44, bold=True)
    if "group_number" in p:
        pen.write("Group Number", 60, 480, 28)
        pen.write(p["group_number"], 380, 478, 34)
    if "rx_bin" in p:
        for row, name in enumerate(("rx_bin", "rx_pcn", "rx_group")):
            pen.write(("RxBIN", "RxPCN", "RxGrp")[row], 60, 530 + 48 * row, 28)
            pen.write(p[name], 380, 528 + 48 * row, 34)
    pen.write("BS Plan Code", 60, 680, 28)
    pen.write("332 / 834", 380, 678, 34)
    if "plan" in p:
        pen.write("Plan", 960, 480, 28)
        pen.write(p["plan"], 1240, 478, 34)
    words = {
        "copay_office": "Office Visit",
        "copay_specialist": "Specialist",
        "copay_emergency": "Emergency Room",
        "copay_urgent": "Urgent Care",
    }
    for row, name in enumerate(name for name in COPAYS if name in p):
        pen.write(words[name], 960, 530 + 48 * row, 28)
        pen.write(p[name], 1340, 528 + 48 * row, 34)
    pen.write("PPO", WIDTH - 200, HEIGHT - 110, 40, bold=True)


def medicare(pen: Pen, said: Facts) -> None:
    """Two languages, no group, no copays: what is not there must stay away."""
    pen.bar(0, 150, pen.accent)
    pen.write("MEDICARE HEALTH INSURANCE", 60, 46, 54, bold=True, ink="#fff")
    pen.write("Name/Nombre", 70, 220, 30)
    pen.write(said.printed["subscriber"], 70, 262, 48, bold=True)
    pen.write("Medicare Number/Número de Medicare", 70, 380, 30)
    pen.write(said.printed["member_id"], 70, 422, 52, bold=True)
    pen.write("Entitled to/Con derecho a", 70, 560, 30)
    pen.write("HOSPITAL (PART A)", 70, 604, 38, bold=True)
    pen.write("MEDICAL (PART B)", 70, 660, 38, bold=True)
    pen.write("Coverage starts/Cobertura empieza", 880, 560, 30)
    pen.write("03-01-2016", 880, 604, 38, bold=True)
    pen.write("03-01-2016", 880, 660, 38, bold=True)


def state(pen: Pen, said: Facts) -> None:
    """A managed state plan: several ids, the member's own in the middle, phone numbers on the front."""
    p = said.printed
    pen.write(p["payer"], 60, 40, 56, bold=True, ink=pen.accent)
    pen.write("State Medical Assistance", 60, 120, 32)
    pen.write(f"Member Name: {p['subscriber']}", 60, 220, 36)
    pen.write(f"Member ID#: {p['member_id']}", 60, 280, 36, bold=True)
    pen.write("DOB: 02/03/1980    Sex: F", 60, 340, 32)
    pen.write("Primary Care Provider: Ann Sample MD", 60, 400, 32)
    pen.write("PCP Phone: 555-555-0142", 60, 450, 32)
    if "rx_bin" in p:
        for row, name in enumerate(("rx_bin", "rx_pcn", "rx_group")):
            words = ("RX BIN", "RX PCN", "RX GROUP")[row]
            pen.write(f"{words}: {p[name]}", 1000, 220 + 50 * row, 32)
    for row, words in enumerate(("Member Services", "Nurse Line", "Dental")):
        pen.write(f"{words}: 800-555-01{40 + row}", 60, 620 + 50 * row, 30)


CONVENTIONS = {
    "national": (national, None),
    "employer": (employer, None),
    "alliance": (alliance, None),
    "medicare": (medicare, None),
    "state": (state, None),
}
# What these print of the facts, where it is not all.
SILENT = {
    "medicare": {"payer", "plan", "group_number", "rx_bin", "rx_pcn", "rx_group", *COPAYS},
    "state": {"plan", "group_number", *COPAYS},
}
