"""A connection to a scheduler of Dask, or to a cluster that is begun for it; what does not answer is told, and soon."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from newsarchive.archive.index.processes import ctrl_c_held_back
from newsarchive.errors import UsageError

DASK = "dask"
ANSWER_S = 10.0
"""That a scheduler has to answer, and then a first worker to come: both stand before the verb is called."""
BEGIN = "start one: dask scheduler"


@contextmanager
def client_of(name: str, workers: int) -> Iterator[Any]:
    """Of ``dask``, with so many workers, or of ``dask:ADDRESS``.  Raises ``UsageError`` where no scheduler answers."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra

    for logger in ("distributed", "distributed.client"):  # what goes wrong is raised: no tracebacks beside it
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    if name == DASK:
        with ctrl_c_held_back():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        with cluster, Client(cluster) as client:
            yield client
        return
    from tornado.websocket import WebSocketError  # noqa: PLC0415 - comes with the extra

    address = name.partition(":")[2]
    try:
        asyncio.run(_greeted(address))
        client = Client(address, timeout=ANSWER_S)
    except TimeoutError:
        raise UsageError(f"--engine {name}: what is there does not answer as a scheduler does; {BEGIN}") from None
    except TypeError as error:
        raise UsageError(f"--engine {name}: {error}; configure distributed.comm.tls, as Dask says") from None
    except (OSError, ValueError, ImportError, MemoryError, OverflowError, WebSocketError) as error:
        raise UsageError(f"--engine {name}: no scheduler answers there ({error}); {BEGIN}") from None
    with client:
        yield client


async def _greeted(address: str) -> None:
    """Dask waits for the greeting of whatever takes the connection, and for ever: of a scheduler that stands still, too."""
    from distributed import Security  # noqa: PLC0415 - an extra
    from distributed.comm import connect  # noqa: PLC0415

    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=ANSWER_S, **arguments), 2 * ANSWER_S)
    comm.abort()
