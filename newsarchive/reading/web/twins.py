"""The same list in another form, for programs: JSON, and CSV as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

from newsarchive.reading.entries import Entry
from newsarchive.reading.web import lists
from newsarchive.reading.web.site import answer


@dataclass(frozen=True, slots=True)
class TwinTable:
    """What a page lists."""

    name: str
    """Of the file, without its ending."""
    key: str
    """Under which JSON has the rows."""
    columns: Sequence[str]
    """Of CSV; JSON has all that a row has."""
    rows: Iterable[Mapping[str, object]]


def twin(request: Request, form: str, entries: Sequence[Entry], name: str, lasts_s: int = 0) -> Response:
    """A list of articles.  Raises 404 for a form that there is not."""
    return table_twin(request, form, TwinTable(name, "articles", lists.COLUMNS, map(lists.as_dict, entries)), lasts_s)


def table_twin(request: Request, form: str, table: TwinTable, lasts_s: int = 0) -> Response:
    """Any other list.  Raises 404 for a form that there is not."""
    if form not in lists.KINDS:
        raise HTTPException(404)
    if form == lists.JSON:
        return answer(request, lists.json_of({table.key: list(table.rows)}), lists.KINDS[form], lasts_s=lasts_s)
    made = lists.csv_of(table.columns, ([row[column] for column in table.columns] for row in table.rows))
    return answer(request, made, lists.KINDS[form], name=f"{table.name}.csv", lasts_s=lasts_s)
