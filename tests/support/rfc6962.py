"""The Merkle tree of RFC 6962, slowly: its recursive definitions as they stand in section 2.1, and no more.

Written apart from slaflow's own, so that each is checked against another.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def k_of(n: int) -> int:
    """The largest power of two smaller than *n*."""
    k = 1
    while 2 * k < n:
        k = 2 * k
    return k


def mth(d: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash: MTH(D[n])."""
    if len(d) == 0:
        return sha256(b"").digest()
    if len(d) == 1:
        return sha256(bytes([0]) + d[0]).digest()
    k = k_of(len(d))
    return sha256(bytes([1]) + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """Merkle audit path: PATH(m, D[n])."""
    if len(d) == 1:
        return []
    k = k_of(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def climbs_to(m: int, n: int, leaf: bytes, way: Sequence[bytes]) -> bytes | None:
    """The root that an audit path leads to, by the recursion of PATH read backwards."""
    if n == 1:
        return sha256(bytes([0]) + leaf).digest() if not way else None
    if not way:
        return None
    k = k_of(n)
    below = climbs_to(m, k, leaf, way[:-1]) if m < k else climbs_to(m - k, n - k, leaf, way[:-1])
    if below is None:
        return None
    pair = below + way[-1] if m < k else way[-1] + below
    return sha256(bytes([1]) + pair).digest()
