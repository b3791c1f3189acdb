"""backfilling: years of days in slices, each a crawl of its own, merged when it is whole; ``newsarchive backfill``."""
