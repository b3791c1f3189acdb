"""The command ``newsarchive``: a module a family of verbs, each a plain function.

A new verb is a function in a module here and one line in ``VERBS``.  What is raised on purpose
(``newsarchive.errors``) becomes one plain line and the exit code of design §4; anything else is a defect of ours, with its
traceback and exit code 1. Nothing here but ``crawl`` loads Scrapy, and a verb loads its own module alone, so that
``newsarchive status`` answers at once: it is asked every few seconds.  No message shows a password: an argument may be an
address that was meant for another place.
"""

from __future__ import annotations

import builtins
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from newsarchive import __version__
from newsarchive.errors import NewsArchiveError, did_you_mean
from newsarchive.operation import streams
from newsarchive.operation.masks import masked

VERBS = {
    "crawl": "crawl",
    "rehearse": "rehearse",
    "coverage": "coverage",
    "gaps": "coverage",
    "forget": "forget",
    "status": "status",
    "rebuild": "rebuild",
    "import": "import_",
    "backfill": "backfill",
    "search": "search",
    "list": "list_",
    "today": "list_",
    "watch": "watch",
    "mcp": "mcp",
    "show": "show",
    "raw": "raw",
    "corrections": "corrections",
    "stats": "stats",
    "serve": "serve",
    "layouts": "layouts",
    "verify": "verify",
    "heads": "verify",
    "repair": "repair",
    "mirror": "mirror",
    "redact": "redact",
    "reextract": "reextract",
    "export": "export",
    "evidence": "evidence",
    "render": "render",
    "install-cron": "install_cron",
}
"""Verb → the module with the function of its name."""

STOPPED = 3
"""The exit code of a verb that was interrupted: done, but something is missing."""
WrongUsage: Any = typer.BadParameter.__base__
"""What typer raises for wrong options and arguments; in older versions it is click's."""
OF_PYDANTIC = "Value error, "
"""What newer versions of typer put before the message of a wrong value."""
WHOLE_SENTENCE = 200
"""Characters of a verb's line in the list of all; none has as many."""
PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


def _function(verb: str) -> str:
    """The name of its function: ``install_cron``, ``import_``, ``list_``."""
    return f"{verb}_" if iskeyword(verb) or hasattr(builtins, verb) else verb.replace("-", "_")


class _Verbs(TyperGroup):
    """Loads a verb when it is asked for, and turns our errors into exit codes."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the context's class moved between versions of typer
        return list(VERBS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each verb with its whole first sentence, which typer would cut at the end of the line."""
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.get_short_help_str(limit=WHOLE_SENTENCE)) for name, verb in verbs])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module = import_module(f"newsarchive.cli.{VERBS[cmd_name]}")
        alone = typer.Typer(**PLAIN)
        kind, context = getattr(module, "COMMAND", TyperCommand), getattr(module, "CONTEXT", None)
        alone.command(cmd_name, cls=kind, context_settings=context)(getattr(module, _function(cmd_name)))
        return typer.main.get_command(alone)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        streams.let_everything_pass()
        return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().make_context(*args, **kwargs)
        except WrongUsage as error:
            raise _plain(error) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in VERBS:
            ctx.fail(f"No such command '{args[0]}'{did_you_mean(args[0], VERBS) or '.'}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NewsArchiveError as error:
            notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
            typer.echo(f"newsarchive: {masked(f'{error}{notes}')}", err=True)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("newsarchive: stopped by a signal", err=True)
            raise typer.Exit(STOPPED) from None
        except WrongUsage as error:
            raise _plain(error) from None


def _plain(error: Any) -> Any:
    """Wrong usage without a password, and with the option that was meant."""
    if near := getattr(error, "possibilities", None):
        error.message, error.possibilities = f"{error.message}{did_you_mean(error.option_name, near)}", None
    error.message = masked(error.message.replace(OF_PYDANTIC, ""))
    return error


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
    """Keeps the news of 新浪财经 for good: crawl takes it, the other verbs are around it."""
