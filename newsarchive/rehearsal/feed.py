"""The roll API's answers, byte for byte in the shape of the real one (sina-surface §1.1): first what a crawl asks.

Rows come strictly by ``ctime``, newest first; a row is there from its ``intime`` on, so late rows appear below known
ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsarchive.rehearsal.channels import PAGEIDS
from newsarchive.rehearsal.truth import BEIJING, POSTER, Story

PAGE_ROWS = 50
"""The most rows of a page: a larger ``num`` is cut to it."""
WRONG_PAIR = 11
"""The status code for a pageid and lid that do not belong together."""


class Feed:
    """Answers queries over ``documents`` for the channels ``lids``."""

    def __init__(self, documents: Sequence[Story], lids: Sequence[str]) -> None:
        newest_first = sorted(documents, key=lambda document: (document.published_at, document.docid), reverse=True)
        self._rows = {lid: [document for document in newest_first if lid in document.lids] for lid in lids}

    def visible(self, lid: str, now: datetime) -> list[Story]:
        """The rows that the channel shows at ``now``, newest first; empty for an unknown channel."""
        return [document for document in self._rows.get(lid, ()) if document.listed_at <= now]

    def edit(self, docid: str, title: str, modified_at: datetime) -> None:
        """From now on the document's rows have this title and ``mtime``; its page stays as it was."""
        for lid, rows in self._rows.items():
            self._rows[lid] = [
                replace(row, listed_title=title, modified_at=modified_at) if row.docid == docid else row for row in rows
            ]

    def answer(self, query: dict[str, str], now: datetime) -> bytes:
        """JSON, or JSONP where ``callback`` asks for it; an error comes under HTTP 200 too."""
        text = _json(self._envelope(query, now))
        if callback := query.get("callback"):
            text = f"try{{{callback}({text});}}catch(e){{}};"
        return text.encode()

    def _envelope(self, query: dict[str, str], now: datetime) -> dict[str, object]:
        lid = query.get("lid", "")
        if lid not in self._rows or PAGEIDS.get(lid) != query.get("pageid"):
            return error_answer(now)
        rows = _of_day(self.visible(lid, now), query)
        size = max(1, min(_number(query, "num", PAGE_ROWS), PAGE_ROWS))
        start = (max(1, _number(query, "page", 1)) - 1) * size
        page = rows[start : start + size]
        return _result(
            0,
            "succ",
            now,
            top=[],
            pdps=[],
            cre=[],
            total=len(rows),
            end=_epoch(page[-1].published_at) if page else 0,
            start=_epoch(page[0].published_at) if page else 0,
            lid=int(lid),
            rtime=_epoch(now),
            data=[_row(document) for document in page],
        )


def error_answer(now: datetime) -> dict[str, object]:
    """What the listing says of a pageid and lid that do not belong together, under HTTP 200."""
    return _result(WRONG_PAIR, "channel error", now, data=[])


def error_bytes(now: datetime) -> bytes:
    """The error answer as bytes, for a listing that is to fail."""
    return _json(error_answer(now)).encode()


def _result(code: int, message: str, now: datetime, **more: object) -> dict[str, object]:
    stamp = now.astimezone(BEIJING).strftime("%a %b %d %H:%M:%S +0800 %Y")
    return {"result": {"status": {"code": code, "msg": message}, "timestamp": stamp, **more}}


def _of_day(rows: list[Story], query: dict[str, str]) -> list[Story]:
    """The rows of the asked day: ``etime`` is the earlier bound, ``stime`` the later one (sina-surface §1.1).

    Without a day those that a running listing still reaches.
    """
    if "etime" not in query or "stime" not in query:
        return [document for document in rows if not document.is_past]
    earliest, latest = _number(query, "etime", 0), _number(query, "stime", 0)
    return [document for document in rows if earliest <= _epoch(document.published_at) < latest]


def _row(document: Story) -> dict[str, object]:
    rng = random.Random(f"row/{document.docid}")
    listed = document.listed_url or document.url
    url = listed.replace("https://", "http://") if rng.random() < 0.1 else listed
    mobile = f"finance.sina.cn/roll/{document.published_at:%Y-%m-%d}/detail-i{document.docid}.d.html"
    mobile_urls = [] if document.is_past else [f"https://{mobile}", f"http://{mobile}"]
    chart = {"stockCharts": "no", "stockCode": "", "stockMarket": "", "mulStockChart": "", "isStaticStock": ""}
    row: dict[str, object] = {
        "icons": "",
        "is_cre_manual": "0",
        "hqChart": json.dumps(chart, separators=(",", ":")),
        "intime": str(_epoch(document.listed_at)),
        "channelid": "31",
        "ctime": str(_epoch(document.published_at)),
        "mtime": str(_epoch(document.modified_at)),
        **dict.fromkeys(
            ("authoruid", "vid", "ipad_vid", "video_time_length", "mediaid", "templateid", "productid"), "0"
        ),
        "level": "2",
        "categoryid": "1",
        **{f"ext_{number}": "0" for number in range(5)},
        "docid": f"comos:{document.docid}",
        "url": url,
        "urls": _json([url]),
        "wapurl": "".join(mobile_urls[:1]),
        "wapurls": _json(mobile_urls),
        **dict.fromkeys(("wapsummary", "stitle", "summary", "author", "keywords"), ""),
        "title": document.listed_title,
        "intro": f" {document.keywords[0]}相关消息，详见正文...",
        "commentid": f"cj:comos-{document.docid}:0",
        "video_id": rng.choice(("0", "")),
        "media_name": document.media if rng.random() < 0.7 else "市场资讯",
        "columnid": "1850,2018,2032",
        "subjectid": rng.choice(("", "214673,214674")),
        **_pictures(document),
        "lids": ",".join(document.lids),
        "oid": str(800_000_000 + _epoch(document.published_at) % 100_000_000),
    }
    if rng.random() < 0.6:
        row |= {"mlids": "", "ext": "1"}
    return row


def _pictures(document: Story) -> dict[str, object]:
    """``img`` is a list or an object, ``images`` a list: as the real rows have it."""
    if document.picture == POSTER:
        return {"img": {"u": POSTER, "w": 100, "h": 100, "t": ""}, "images": []}
    return {"img": [], "images": [{"u": document.picture, "w": "550", "h": "315", "t": ""}]}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _number(query: dict[str, str], key: str, default: int) -> int:
    text = query.get(key, "")
    return int(text) if text.isdecimal() else default
