"""The stored form of a page's body: compressed with zstd, one body at a time."""

from __future__ import annotations

CODEC = "zstd"


def compress(body: bytes) -> bytes:
    """Return the bytes in their stored form."""
    import pyarrow as pa

    return bytes(pa.compress(body, codec=CODEC, asbytes=True))


def decompress(body: bytes, size: int) -> bytes:
    """Return the original bytes; `size` is their number, 0 for an empty response body."""
    import pyarrow as pa

    return bytes(pa.decompress(body, decompressed_size=size, codec=CODEC, asbytes=True)) if size else b""
