"""How the reader wants pages to look: kept in one cookie of his browser, so that it holds with scripts off, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

COOKIE = "newsarchive"
COOKIE_SECONDS = 400 * 24 * 3600
"""As long as browsers keep one (RFC 6265bis)."""
OPTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "theme": ("配色", {"system": "跟随系统", "light": "浅色", "dark": "深色", "paper": "纸墨"}),
    "size": ("字号", {"1": "小", "2": "较小", "3": "中", "4": "较大", "5": "大"}),
    "paragraphs": ("段落", {"space": "段间留白", "indent": "首行缩进"}),
    "face": ("字体", {"sans": "黑体", "serif": "宋体"}),
    "pictures": ("图片", {"on": "显示", "off": "不显示"}),
}
"""Choice → its name, and each of its values with its own."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One value of each of ``OPTIONS``."""

    theme: str = "system"
    size: str = "3"
    paragraphs: str = "space"
    face: str = "sans"
    pictures: str = "on"

    @property
    def cookie(self) -> str:
        """``dark.4.indent.sans.on``."""
        return ".".join(asdict(self).values())


NAMES = tuple(field.name for field in fields(Choices))


def of_cookie(value: str) -> Choices:
    """What a cookie says; the usual where it says nothing that we know."""
    return of_form(dict(zip(NAMES, value.split("."), strict=False)))


def of_form(given: Mapping[str, str], usual: Choices | None = None) -> Choices:
    """``usual`` with what was chosen anew; values that are none are passed over."""
    chosen = {name: value for name, value in given.items() if name in OPTIONS and value in OPTIONS[name][1]}
    return Choices(**{**asdict(usual or Choices()), **chosen})
