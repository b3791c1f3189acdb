"""One document with all that proves it, as a ZIP that is checked without this program: ``gathering``, ``page``, ``bundle``."""

from __future__ import annotations
