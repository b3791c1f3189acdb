"""A second copy of the archive, in a folder or in an S3 store: ``mirror``, and what ``verify``, ``repair`` and ``import`` read of it."""
