"""The command ``newsarchive``: a module a family of verbs, each a plain function.

A new verb is a function in a module here and one ``main.command`` line below. What is raised on purpose
(``newsarchive.errors``) becomes one plain line and the exit code of design §4; anything else is a defect of ours, with its
traceback and exit code 1. Nothing here imports Scrapy, so that ``newsarchive --help`` answers at once.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from newsarchive import __version__
from newsarchive.cli import install_cron, layouts, rehearse, render
from newsarchive.errors import NewsArchiveError


class _Verbs(TyperGroup):
    """Turns our errors into exit codes."""

    def invoke(self, ctx: Any) -> Any:  # the context's class moved between versions of typer
        try:
            return super().invoke(ctx)
        except NewsArchiveError as error:
            typer.echo(f"newsarchive: {error}", err=True)
            raise typer.Exit(error.exit_code) from None


main = typer.Typer(
    cls=_Verbs, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
main.command("rehearse", cls=rehearse.RehearseCommand)(rehearse.rehearse)
main.command("layouts")(layouts.layouts)
main.command("render")(render.render)
main.command("install-cron")(install_cron.install_cron)


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
