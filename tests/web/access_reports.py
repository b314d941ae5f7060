"""Rows of the staff's table of `access_tables` that are about reports; the letters are explained there."""

_PAGES = ("", "/rows", ".csv", ".pdf", "/rows.csv")
_AR = "s s s r o r r o o o r o"
_MANAGERS = "s s s r r r r r o o r o"


def _rows(name: str, letters: str) -> str:
    """The pages of one report, as its permission opens them."""
    return "\n".join(f"{letters}  GET  /reports/{name}{page}" for page in _PAGES)


STAFF_REPORTS = "\n".join(
    (
        "s s s o o o o o o o r o  GET  /reports/",
        f"{_MANAGERS}  GET  /reports/costs",
        "s s s r r r r r o r r o  POST  /reports/costs",
        _rows("ageing", _AR),
        _rows("roll-forward", _AR),
        _rows("kpis", _MANAGERS),
        _rows("productivity", _MANAGERS),
        _rows("assistance", "s s s r r r o r o o r o"),
        _rows("denials", "s s s r o r r r o o r o"),
        _rows("contract-variance", "s s s r o r r r o o r o"),
        _rows("cash", "s s s r r o r r o o r o"),
        _rows("drawer", "s s s o r o r r o o r o"),
        _rows("collections", "s s s r r r r o o o r o"),
        _rows("agencies", "s s s r r r r o o o r o"),
        _rows("medicare-bad-debt", "s s s r r r r o o o r o"),
    )
)
