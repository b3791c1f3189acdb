"""``python -m newsarchive``: the command, where only the interpreter's path is known (cron, systemd, containers)."""

from newsarchive.cli import main

main(prog_name="newsarchive")
