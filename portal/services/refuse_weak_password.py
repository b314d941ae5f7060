"""Say why a password would be guessed, or nothing: length and a blocklist, no composition rules (ID-6)."""

from __future__ import annotations

import unicodedata

SHORTEST, LONGEST = 12, 128
# The first long ones of every published list of leaked passwords, folded; patterns are caught below.
BLOCKED = frozenset(
    """
    123456789012 1234567890123 1234567890ab 1q2w3e4r5t6y 1q2w3e4r5t6y7u abcdefghijkl abcd1234abcd
    administrator administrator1 adminadmin12 adminpassword alexander1234 baseball1234 basketball12
    billybobjoe1 breakthrough butterfly123 changeme1234 changemenow1 charlie12345 chocolate123
    christopher1 computer1234 correcthorsebatterystaple dragondragon elizabeth123 football1234
    footballfootball hello1234567 helloworld12 helloworld123 iamtheboss123 iloveyou1234 iloveyou2you
    iloveyouforever internet1234 jenniferjennifer jesuschrist1 jesusislord1 letmein12345 letmeinletmein
    letmeinplease liverpool123 lovelovelove manchester12 manunited1234 master123456 michael12345
    monkey123456 mypassword12 mypassword123 nevergiveup1 newpassword1 newpassword12 opensesame12
    password1234 password12345 password123456 password2024 password2025 password2026 passwordpassword
    patientportal portalportal princess1234 q1w2e3r4t5y6 qazwsxedcrfv qwerty123456 qwerty1234567
    qwertyuiop12 qwertyuiop123 qwertyuiopasdfghjkl qwertyuiopas samsung12345 sanfrancisco secretsecret
    shadow123456 spiderman123 starwars1234 summer2025!! summersummer sunshine1234 superman1234
    superman12345 thisismypassword trustno1trustno1 unbelievable victoria1234 welcome12345 welcome123456
    welcomewelcome whatever1234 winter2025!! winter2026!! zaq12wsxcde3 zxcvbnmasdfg zxcvbnm12345
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm")
SAME_FEW = 3


def refuse_weak_password(password: str, *, about: tuple[str, ...] = ()) -> str | None:
    """The reason not to take this password, in words for the person, or None.

    `about` are things anyone could know: the e-mail address, the practice's name.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words in a row work well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    folded = password.casefold()
    if folded in BLOCKED:
        return "Many people use this password, so it is tried first. Choose another."
    if (
        len(set(folded)) <= SAME_FEW
        or _repeats(folded)
        or any(folded in run * 3 for run in _runs())
    ):
        return "This password is a simple pattern. Choose one that is harder to guess."
    known = [fold for item in about for fold in (item.casefold(), item.casefold().split("@")[0])]
    if any(folded == item or folded == item * 2 for item in known if item):
        return "This password is too close to your e-mail address or our name. Choose another."
    return None


def _repeats(text: str) -> bool:
    """The text is one short piece over and over: its double, shifted, contains it again."""
    return (text + text).find(text, 1) < len(text)


def _runs() -> tuple[str, ...]:
    return RUNS + tuple(run[::-1] for run in RUNS)
