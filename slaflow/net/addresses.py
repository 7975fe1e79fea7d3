"""Which addresses may be called: public ones, and those of networks that somebody allowed by name.

Pure. A name is looked up and its addresses are judged in ``guard.py``, where the connection is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_LOW_BITS = 2**32 - 1

# What ``is_global`` calls global in some Python or other, or is nobody's on the Internet all the same.
# Source: https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry.
_NOBODYS = (
    "192.0.0.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20",
)  # fmt: skip
# Where a cloud tells a virtual machine its secrets, at an address that looks public. Source:
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
_CLOUDS = ("168.63.129.16/32",)
_REFUSED: tuple[Network, ...] = tuple(map(ip_network, _NOBODYS + _CLOUDS))


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """``10.20.0.0/16`` or one address, each as a network. Raises ``ValueError``."""
    return tuple(map(ip_network, texts))


def may_be_called(address: Address, allow: Sequence[Network], *, public: bool = True) -> bool:
    """Whether *address* lies in one of *allow* or, where *public* ones may be called, is public unicast.

    One that stands for an IPv4 address (mapped, 6to4, NAT64) is judged as that one.
    """
    inner = unwrapped(address)
    return any(inner in network for network in allow) or (public and is_public(inner))


def unwrapped(address: Address) -> Address:
    """The IPv4 address that *address* leads to, or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & _LOW_BITS)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Whether *address* is one machine's on the public Internet."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    never = address.is_multicast or address.is_reserved or not address.is_global
    return not never and not any(address in network for network in _REFUSED)
