"""Find free TCP ports, by preference the port used before."""

from __future__ import annotations

import socket
from contextlib import closing

HOST = "127.0.0.1"

_TRIES = 50


def is_port_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def pick_free_port(preferred: int = 0) -> int:
    """Return the preferred port, or the first free one after it; for 0 any port that is free now."""
    for port in range(preferred, preferred + _TRIES) if preferred else ():
        if is_port_free(port):
            return port
    with closing(socket.create_server((HOST, 0))) as probe:
        return int(probe.getsockname()[1])
