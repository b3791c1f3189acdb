"""search: every run of characters is found wherever it stands; an index in ``.newsarchive/search/``, made of journals and files alone."""
