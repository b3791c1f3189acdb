"""``newsarchive reextract``: stored pages read again by the rules of now."""
