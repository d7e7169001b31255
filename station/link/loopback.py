"""Whether a host is this machine itself, by its name alone."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Return whether nothing sent to this host leaves the machine, as far as its name says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
