"""record: what is written, and in which order, so that nothing is lost or half-written."""
