"""importing: what others archived becomes part of this archive; ``newsarchive import``."""
