"""Induced faults: a row of ``docs/operating.md`` each, with the scene that shows it.  ``tests/test_faults.py`` runs them."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{part}" for part in ("scene", "site", "pages", "network", "people", "disk", "state"))
)
