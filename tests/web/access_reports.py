"""Rows of the staff's table of `access_tables` that are about reports; the letters are explained there."""

STAFF_REPORTS = """
    s s s o o o r o o o r o  GET       /reports/
"""
_AR = ("ageing", "roll-forward")
_PAGES = ("", "/rows", ".csv", ".pdf", "/rows.csv")
_NO_FIGURE = {"/rows", "/rows.csv"}  # without a figure in the address there is no such page


def _rows(letters: str, names: tuple[str, ...]) -> str:
    return "\n".join(
        f"{letters.replace('o', 'n') if page in _NO_FIGURE else letters}  GET  /reports/{name}{page}"
        for name in names
        for page in _PAGES
    )


#            nobody ... front_desk biller poster fa collections manager auditor sysadmin
STAFF_REPORTS += _rows("s s s r o r r o o o r o", _AR)
