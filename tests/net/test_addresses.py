"""Only public unicast addresses may be called, and what somebody allowed by name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaflow.net.addresses import is_public, may_be_called, networks, unwrapped

PUBLIC = (
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
)
HERE = ("127.0.0.1", "127.255.255.254", "0.0.0.0", "::1", "::")
PRIVATE = ("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00:ec2::254", "fec0::1")
LINK = ("169.254.169.254", "fe80::1", "fe80::1%eth0")
MANY = ("224.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1")
NOBODY = (
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "240.0.0.1",
    "2001:db8::1",
    "100::1",
    "3fff::1",
)
CLOUDS = ("168.63.129.16", "100.100.100.200", "192.0.0.192")
WRAPPED = (
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2001:0:808:808::1", "::ffff:0:127.0.0.1",
)  # fmt: skip
NO_NETWORK = networks(())


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_may_be_called(text: str) -> None:
    assert may_be_called(ip_address(text), NO_NETWORK)


@pytest.mark.parametrize("text", [*HERE, *PRIVATE, *LINK, *MANY, *NOBODY, *CLOUDS, *WRAPPED])
def test_an_address_that_is_nobodys_on_the_internet_may_not(text: str) -> None:
    assert not may_be_called(ip_address(text), NO_NETWORK)


@pytest.mark.parametrize("text", ["::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::808:808"])
def test_a_form_that_holds_a_public_address_is_judged_as_that_one(text: str) -> None:
    assert unwrapped(ip_address(text)) == ip_address("8.8.8.8")
    assert may_be_called(ip_address(text), NO_NETWORK)


@given(st.ip_addresses(v=4))
def test_whatever_form_holds_an_address_it_is_judged_alike(address: IPv4Address) -> None:
    number = int(address)
    forms = (0xFFFF << 32 | number, 0x2002 << 112 | number << 80, 0x64FF9B << 96 | number)
    for form in map(IPv6Address, forms):
        assert unwrapped(form) == address
        assert may_be_called(form, NO_NETWORK) == is_public(address)


def test_an_allowed_network_is_called_by_whatever_form_its_addresses_have() -> None:
    allow = networks(("10.20.0.0/16", "fd00::/8"))
    for text in ("10.20.3.4", "::ffff:10.20.3.4", "fd12::1"):
        assert may_be_called(ip_address(text), allow, public=False)
    for text in ("10.21.0.1", "8.8.8.8"):
        assert not may_be_called(ip_address(text), allow, public=False)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.20\.0\.1/16"):
        networks(("10.20.0.1/16",))
