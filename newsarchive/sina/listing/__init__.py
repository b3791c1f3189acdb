"""listing: how Sina lists: its roll feed, channels and addresses, and what a poll or a sweep makes of them."""
