"""The channels of the roll API that the stand-in answers: lid → pageid, from Sina's own menus (sina-surface §2.1)."""

from __future__ import annotations

DOMESTIC, EVERYTHING = "1686", "2509"

PAGEIDS: dict[str, str] = {
    **dict.fromkeys(("2519", "2671", "2672", "2673", "2674", "2675", "2676", "2487"), "384"),
    **dict.fromkeys(("1686", "1687", "1688", "1689", "1690", "3231"), "155"),
    **dict.fromkeys(("2509", "2510", "2511", "2669", "2512", "2513", "2514", "2515", "2516", "2517", "2518"), "153"),
    "1693": "164",
    "2431": "372",
}
"""The one pageid that fits a lid; any other pair is answered with status code 11."""

UNNAMED = ("295", "747", "1059", "1083", "1084", "1131", "1134", "2544", "3318")
"""Lids that rows of 2026 carry and whose names are not known; the stand-in does not answer queries for them."""

MEMBERSHIPS: tuple[tuple[str, ...], ...] = (
    (),
    ("2516",),
    ("2516", "2517", "2519", "2671"),
    ("2516", "2518", "2519", "2672"),
    ("2516", "2676"),
    ("2517", "2671", "2674"),
    ("2515",),
)
"""Sets of further channels that a row of 2509 may carry."""

DOMESTIC_MEMBERSHIPS: tuple[tuple[str, ...], ...] = (
    (),
    ("1687",),
    ("1690",),
    ("1689", "2516"),
    ("1687", "2516", "2519"),
)
