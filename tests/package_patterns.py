"""Print every regular expression that the package compiles while it is imported, as JSON: module, line, pattern, flags.

A process of its own: the modules must not be imported yet, so that ``re.compile`` can write down who calls it.
"""

import importlib
import json
import pkgutil
import re
import sys

import newsarchive

EXTRAS = ("mcp",)
"""What modules may import that a plain install has not."""

compiled = []
compile_as_it_is = re.compile


def noted(pattern, flags=0):
    made = compile_as_it_is(pattern, flags)
    caller = sys._getframe(1)
    module = caller.f_globals.get("__name__", "")
    if module.startswith("newsarchive."):
        text = made.pattern
        is_bytes = isinstance(text, bytes)
        compiled.append([module, caller.f_lineno, text.decode("latin-1") if is_bytes else text, made.flags, is_bytes])
    return made


re.compile = noted
for module in pkgutil.walk_packages(newsarchive.__path__, "newsarchive."):
    if module.name != "newsarchive.__main__":
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:
            if missing.name not in EXTRAS:
                raise
json.dump(compiled, sys.stdout)
