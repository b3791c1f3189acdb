"""A stand-in for Sina: a site, a listing and a forward proxy that a crawl is sent to by three environment variables.

    prose → truth → page, feed → site → (faults) → proxy        judge: archive folder + truth → differences

It imports nothing of the rest of the project, so that it can judge it.
"""

from newsarchive.rehearsal.standin import StandIn

__all__ = ["StandIn"]
