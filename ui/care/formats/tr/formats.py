"""Dates and times as Turkish writes them in a table."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j M"
SHORT_DATETIME_FORMAT = "j M, H:i"
LONG_DATETIME_FORMAT = "j M Y, l, H:i"
TIME_FORMAT = "H:i"
