"""Posts for Hexo: ``source/_posts`` or a folder in it.  The text is one block of HTML, as Hexo's Markdown passes it on.

Hexo shifts every date of a post by the zone of its settings, one with a zone of its own too (hexo 8.1, ``adjustDateForTimezone``).
So dates are written as the blog around ``OUT`` takes them: with their zone where it sets none, else as its clock shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from newsarchive.items import BEIJING
from newsarchive.reading.export.blog import address_of, channels_of, picture_place, tags_of
from newsarchive.reading.export.day_folders import FolderChange, FolderText, follow
from newsarchive.reading.export.front_matter import front_matter
from newsarchive.reading.export.shown import file_name_of, framed, plain, title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library

Clock = Callable[[datetime], str]
SETTINGS_NAME = "_config.yml"
MOST_SETTINGS_BYTES = 2**20
"""Larger is no file of settings."""
_FULL_WIDTH = str.maketrans("<>", "＜＞")
"""Many themes put a title into the page as it is."""


def export(source: ExportSource, out: Path) -> FolderChange:
    """Raises what ``follow`` does."""
    place = picture_place(source, out, "_posts", "")
    return follow(source, out, "hexo", partial(_post, source.library, _clock_of(out)), place)


def _post(library: Library, clock: Clock, article: KeptArticle) -> FolderText:
    entry = article.entry
    header = front_matter(
        {
            "title": title_of(entry).translate(_FULL_WIDTH),
            "date": clock(entry.at),
            "updated": clock(entry.modified_at or entry.at),  # else it were the time of the file
            "permalink": address_of(entry),
            "categories": [
                "新浪财经",
                *channels_of(library, entry)[:1],
            ],  # Hexo takes each for a part of the one before
            "tags": tags_of(entry),
            "docid": entry.docid,
            "source_url": entry.url,
            "media": plain(entry.media),
            "withdrawn_at": entry.withdrawn_at,
        }
    )
    text = f"{header}<div>\n{_without_templates(framed(article))}\n</div>\n"
    return FolderText(f"{file_name_of(entry.docid)}.md", text.encode())


def _without_templates(html: str) -> str:
    """HTML in which Hexo finds neither a template nor a fence of code."""
    signs = {"{": "&#123;", "}": "&#125;", "```": "&#96;&#96;&#96;", "~~~": "&#126;&#126;&#126;"}
    for sign, reference in signs.items():
        html = html.replace(sign, reference)
    return html


# --- dates -----------------------------------------------------------------------------------------------------------


def _clock_of(out: Path) -> Clock:
    """How the blog that ``out`` lies in wants a moment; where there is none, it is to set ``timezone: Asia/Shanghai``."""
    settings = next((parent / SETTINGS_NAME for parent in out.parents if (parent / SETTINGS_NAME).is_file()), None)
    if settings is None:
        return partial(_shown_in, BEIJING)
    name = _zone_set_in(settings)
    if not name:
        return lambda at: at.astimezone(BEIJING).isoformat(timespec="seconds")
    try:
        return partial(_shown_in, ZoneInfo(name))
    except (KeyError, ValueError, OSError):  # no zone, a path, or a system without zones
        return partial(_shown_in, BEIJING)


def _shown_in(zone: tzinfo, at: datetime) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _zone_set_in(settings: Path) -> str:
    """Empty for none, and where the settings cannot be read."""
    try:
        with settings.open("rb") as file:
            told = yaml.safe_load(file.read(MOST_SETTINGS_BYTES))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return ""
    return str(told.get("timezone") or "") if isinstance(told, dict) else ""
