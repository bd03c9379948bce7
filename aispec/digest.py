"""Short names for long texts: the same text always has the same one, and no two share one."""

from __future__ import annotations


def digest(text: str | bytes, size: int = 16) -> str:
    """Return the BLAKE2b digest of a text, `size` bytes in hexadecimal."""
    try:  # what hashlib passes on; asking for it there loads all of OpenSSL
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return blake2b(raw, digest_size=size).hexdigest()
