"""page: how Sina's pages look, era by era, what in them is no text, and what only claims to be an article."""
