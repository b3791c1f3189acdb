"""format: what a file of the archive looks like, its journal and its names included; pure functions."""
