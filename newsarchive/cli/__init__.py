"""The command ``newsarchive``: a module a family of verbs, each a plain function.

A new verb is a function in a module here and one line in ``VERBS``.  What is raised on purpose
(``newsarchive.errors``) becomes one plain line and the exit code of design §4; anything else is a defect of ours, with its
traceback and exit code 1. Nothing here imports Scrapy, and a verb loads its own module alone, so that
``newsarchive status`` answers at once: it is asked every few seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from newsarchive import __version__
from newsarchive.errors import NewsArchiveError

VERBS = {
    "rehearse": "rehearse",
    "coverage": "coverage",
    "gaps": "coverage",
    "status": "status",
    "layouts": "layouts",
    "render": "render",
    "install-cron": "install_cron",
}
"""Verb → the module with the function of its name."""

PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


class _Verbs(TyperGroup):
    """Loads a verb when it is asked for, and turns our errors into exit codes."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the context's class moved between versions of typer
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module = import_module(f"newsarchive.cli.{VERBS[cmd_name]}")
        alone = typer.Typer(**PLAIN)
        alone.command(cmd_name, cls=getattr(module, "COMMAND", TyperCommand))(
            getattr(module, cmd_name.replace("-", "_"))
        )
        return typer.main.get_command(alone)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NewsArchiveError as error:
            typer.echo(f"newsarchive: {error}", err=True)
            raise typer.Exit(error.exit_code) from None


main = typer.Typer(cls=_Verbs, no_args_is_help=True, **PLAIN)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"newsarchive {__version__}")
        raise typer.Exit


@main.callback(epilog="Begin with: newsarchive rehearse")
def _newsarchive(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Keeps the news of 新浪财经 for good. The crawl itself is `scrapy crawl sina_finance`; these verbs are around it."""
