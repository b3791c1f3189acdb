"""``newsarchive mcp``: the archive for programs that answer for somebody, by the Model Context Protocol."""

from __future__ import annotations

import errno
import importlib.util
import socket
from contextlib import closing, suppress
from functools import partial
from typing import Annotated

import typer

from newsarchive.cli.channels import NAMES
from newsarchive.cli.clock import clock
from newsarchive.cli.folder import ArchiveOption, archive_folder
from newsarchive.cli.search_index import brought_level
from newsarchive.cli.show import which
from newsarchive.errors import UsageError, cause_of
from newsarchive.reading.agent import Agent
from newsarchive.reading.library import Library

HOST = "127.0.0.1"
"""Nobody else's machine: the door has no key."""
LAST_PORT = 65_535


def mcp(
    *,
    http: Annotated[bool, typer.Option("--http", help="Over HTTP, for this machine alone; else stdio.")] = False,
    port: Annotated[int, typer.Option(min=1, max=LAST_PORT, help="Of --http.")] = 8765,
    archive: ArchiveOption = None,
) -> None:
    """Serve the archive to an agent (Model Context Protocol): search, read, list, corrections, coverage; no tool writes.

    Needs the extra mcp: pip install 'newsarchive[mcp]'. An agent starts it by itself and speaks over stdio; with --http it
    is at http://127.0.0.1:PORT/mcp. Each answer cites docid, state, SHA-256 and source address.

    Example: newsarchive mcp --http --port 8765 | claude mcp add news -- newsarchive mcp --archive ~/archive

    Exit code: 0 when the agent has gone or Ctrl-C was pressed; 2 no archive, no extra, or a port in use.
    """
    root = archive_folder(archive)
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("newsarchive mcp needs the extra mcp: pip install 'newsarchive[mcp]'")
    from newsarchive.reading.agent_server import server_of  # noqa: PLC0415 - an extra

    brought_level(root)
    library = Library(root, NAMES)
    server = server_of(Agent(library, NAMES, partial(which, library), clock()))
    with suppress(KeyboardInterrupt):
        if http:
            _check_free(port)
            typer.echo(f"http://{HOST}:{port}/mcp", err=True)
            server.run("streamable-http", host=HOST, port=port, stateless_http=True, json_response=True)
        else:
            server.run("stdio")


def _check_free(port: int) -> None:
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            why = "it is in use" if error.errno == errno.EADDRINUSE else cause_of(error)[0]
            raise UsageError(f"--port {port}: {why}; give another one") from error
