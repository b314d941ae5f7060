"""Each cell knows the words of its column, in tables whose cells reach over rows and columns too."""

from __future__ import annotations

import re

from markupsafe import Markup

from portal.web.table_labels import labelled

HEADS = ["Date", "What happened", "Account", ("Debit", "number"), ("Credit", "number"), "Read from"]
LEGS = Markup(
    '<tr><th scope=\'row\' rowspan="2">Mar 2</th><td rowspan="2">Paid</td><td>Cash</td>'
    '<td class="number">$5.00</td><td></td><td rowspan="2">a.835</td></tr>'
    "<tr><td>Receivable</td><td></td><td>$5.00</td></tr>"
    '<tr><th scope="row" colspan="2">Together</th><td>All</td><td>$5.00</td><td>$5.00</td></tr>'
)


def labels(rows: str) -> list[str]:
    return re.findall(r'<td data-label="([^"]*)"', rows)


def test_a_cell_below_one_that_reaches_down_keeps_its_own_column() -> None:
    first, second, third = labelled(LEGS, HEADS).split("</tr>")[:3]
    assert labels(first) == ["What happened", "Account", "Debit", "Credit", "Read from"]
    assert labels(second) == ["Account", "Debit", "Credit"]
    assert labels(third) == ["Account", "Debit", "Credit"]


def test_a_rows_own_head_and_other_marks_stay_as_they_are() -> None:
    shown = labelled(LEGS, HEADS)
    assert '<td data-label="Debit" class="number">$5.00</td>' in shown
    assert "<th scope='row' rowspan=\"2\">Mar 2</th>" in shown


def test_words_are_escaped_and_a_cell_beyond_the_heads_has_none() -> None:
    shown = labelled(Markup("<tr><td>1</td><td>2</td></tr>"), ['Payer’s "claim" & more'])
    assert shown == (
        '<tr><td data-label="Payer’s &#34;claim&#34; &amp; more">1</td><td>2</td></tr>'
    )
