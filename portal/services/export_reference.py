"""A table of reference data as the file that it can be read back from."""

from __future__ import annotations

import csv
import io

from billing.reference_data import TABLES, Kind
from portal.queries.reference_pages import all_rows


def export_reference(kind: Kind) -> bytes:
    """CSV in UTF-8 with every column; read back unchanged it changes nothing."""
    columns = [column.name for column in TABLES[kind].columns]
    page = io.StringIO(newline="")
    writer = csv.DictWriter(page, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(all_rows(kind))
    return page.getvalue().encode()
