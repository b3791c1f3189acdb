"""index: what is derived from journals and files, and can be deleted."""
