"""Why boot configuration is not changed: one sentence that says what to do."""


class BootRefusal(ValueError):  # noqa: N818 -- named for what it is to the person who reads it
    """The boot configuration cannot be changed as it is now; nothing was changed."""
