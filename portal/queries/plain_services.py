"""Our own plain words for what was done and where, by kind of code; no licensed descriptions are used."""

from __future__ import annotations

import re
from bisect import bisect_right

FIVE_DIGITS = re.compile(r"\d{4}[0-9TFU]")

# First code of each kind of service; the kind holds until the next one begins.
_KINDS: tuple[tuple[int, str], ...] = (
    (100, "Anesthesia"),
    (10004, "Skin or soft tissue procedure"),
    (19000, "Breast procedure"),
    (20100, "Bone, joint or muscle procedure"),
    (30000, "Nose, throat or lung procedure"),
    (33016, "Heart or blood vessel procedure"),
    (36400, "Blood draw"),
    (36420, "Heart or blood vessel procedure"),
    (38100, "Blood or lymph procedure"),
    (40490, "Mouth, stomach or bowel procedure"),
    (50010, "Kidney or bladder procedure"),
    (54000, "Reproductive health procedure"),
    (59000, "Pregnancy or birth care"),
    (60000, "Gland procedure"),
    (61000, "Brain, spine or nerve procedure"),
    (65091, "Eye procedure"),
    (69000, "Ear procedure"),
    (70010, "X-ray or other imaging"),
    (70450, "CT or MRI scan"),
    (71045, "Chest X-ray"),
    (71250, "CT or MRI scan"),
    (72020, "X-ray or other imaging"),
    (76506, "Ultrasound"),
    (77046, "Breast imaging"),
    (77071, "Bone imaging"),
    (77261, "Radiation treatment"),
    (78012, "Nuclear medicine scan"),
    (80047, "Blood test panel"),
    (80143, "Drug level test"),
    (81000, "Urine test"),
    (81105, "Gene test"),
    (82009, "Blood or fluid test"),
    (85002, "Blood count or clotting test"),
    (86000, "Immune system test"),
    (87003, "Test for infection"),
    (88000, "Tissue or cell test"),
    (89049, "Laboratory test"),
    (90281, "Vaccine or protective shot"),
    (90785, "Mental health care"),
    (90901, "Body feedback treatment"),
    (90935, "Dialysis"),
    (91010, "Stomach or bowel test"),
    (92002, "Eye exam or test"),
    (92502, "Ear, nose or speech care"),
    (92920, "Heart test or treatment"),
    (93000, "Heart tracing (ECG)"),
    (93015, "Heart test or treatment"),
    (93880, "Blood flow test"),
    (94002, "Breathing test or treatment"),
    (95004, "Allergy test or treatment"),
    (95249, "Blood sugar monitoring"),
    (95700, "Sleep or nerve test"),
    (96105, "Thinking or behavior test"),
    (96360, "Infusion or injection"),
    (96401, "Cancer medicine treatment"),
    (96900, "Skin treatment"),
    (97010, "Physical or occupational therapy"),
    (97802, "Nutrition care"),
    (97810, "Acupuncture"),
    (98925, "Hands-on spine or joint care"),
    (98960, "Health teaching"),
    (98966, "Phone or online visit"),
    (99000, "Special service"),
    (99151, "Sedation"),
    (99170, "Special service"),
    (99202, "Office visit, new patient"),
    (99211, "Office visit"),
    (99217, "Hospital care"),
    (99242, "Second opinion visit"),
    (99252, "Hospital second opinion"),
    (99281, "Emergency room visit"),
    (99288, "Emergency care by radio"),
    (99291, "Critical care"),
    (99304, "Nursing home visit"),
    (99341, "Home visit"),
    (99354, "Extra visit time"),
    (99366, "Care team meeting"),
    (99374, "Care planning"),
    (99381, "Yearly checkup"),
    (99401, "Health counseling"),
    (99421, "Online visit"),
    (99424, "Ongoing care support"),
    (99450, "Special exam"),
    (99460, "Newborn care"),
    (99468, "Critical care for a child"),
    (99483, "Care planning"),
    (99495, "Care after a hospital stay"),
    (99499, "Other visit"),
    (99500, "Home care visit"),
    (99605, "Medicine review"),
)
_STARTS = [start for start, _ in _KINDS]
_LETTERS = {
    "A": "Medical supplies or ambulance",
    "B": "Tube feeding supplies",
    "C": "Outpatient hospital item",
    "D": "Dental service",
    "E": "Medical equipment",
    "G": "Medical service",
    "H": "Behavioral health service",
    "J": "Medicine given by us",
    "K": "Medical equipment",
    "L": "Brace or artificial limb",
    "M": "Medical service",
    "P": "Laboratory test",
    "Q": "Medicine or supplies",
    "R": "X-ray transport",
    "S": "Medical service",
    "T": "State program service",
    "U": "Laboratory test",
    "V": "Vision or hearing service",
}
_PLACES = {
    "02": "Video visit",
    "10": "Video visit at home",
    "11": "Our office",
    "12": "At home",
    "19": "Hospital clinic",
    "20": "Urgent care",
    "21": "Hospital stay",
    "22": "Hospital clinic",
    "23": "Emergency room",
    "24": "Surgery center",
    "31": "Nursing facility",
    "32": "Nursing home",
    "81": "Laboratory",
}
# What an envelope or a shared kitchen table should not tell: infections, pregnancy and birth control,
# mental health, alcohol and drugs (STMT-22).
_SENSITIVE_RANGES = (
    (54000, 54000),
    (54050, 54065),
    (55250, 55250),
    (56405, 56420),
    (56501, 56515),
    (58300, 58301),
    (58600, 58671),
    (59000, 59899),
    (80305, 80307),
    (80320, 80377),
    (81025, 81025),
    (84702, 84704),
    (86592, 86593),
    (86631, 86632),
    (86689, 86689),
    (86694, 86696),
    (86701, 86703),
    (86780, 86780),
    (87110, 87110),
    (87270, 87270),
    (87320, 87320),
    (87389, 87391),
    (87490, 87492),
    (87528, 87539),
    (87590, 87592),
    (87623, 87625),
    (87660, 87661),
    (87806, 87810),
    (87850, 87850),
    (90785, 90899),
    (96105, 96171),
    (99406, 99409),
    (11976, 11983),
)
_SENSITIVE_LETTERS = re.compile(
    r"H\d{4}|G039[67]|G0442|G0443|G0444|J7(29[4-9]|30[0-7])|J0571|J2315"
)


def describe(code: str) -> str:
    """The kind of service behind a procedure code; empty for what is no code."""
    code = code.strip().upper()
    if FIVE_DIGITS.fullmatch(code):
        if not code.isdigit():
            return "Medical service"
        found = bisect_right(_STARTS, int(code)) - 1
        return _KINDS[found][1] if found >= 0 else ""
    return _LETTERS.get(code[:1], "") if re.fullmatch(r"[A-Z]\d{4}", code) else ""


def place_words(code: str) -> str:
    """Plain words for a place of service; nothing for one we have no words for."""
    return _PLACES.get(code.strip(), "")


def is_sensitive(code: str) -> bool:
    """Whether paper prints neutral words instead of this service."""
    code = code.strip().upper()
    if code.isdigit():
        return any(first <= int(code) <= last for first, last in _SENSITIVE_RANGES)
    return bool(_SENSITIVE_LETTERS.fullmatch(code))
