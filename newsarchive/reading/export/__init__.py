"""An archive for other people's tools: a module a format, on a small common frame.

``source`` is what goes out, article by article; ``place`` puts it on the disk, all or nothing; ``day_folders`` brings a
folder of texts up to date.  Each format is one module with ``export(source, out)`` and one line in ``formats``.
"""
