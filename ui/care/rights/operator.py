"""Who runs a command on the server, as the audit names them."""

import getpass


def operator() -> str:
    """Return "operator NAME", of the account of the operating system."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a service without a name
        name = "unknown"
    return f"operator {name}"[:150]
