"""reading.web: the archive as pages, feeds and an API for a browser; writes nothing but the reader's own marks."""
