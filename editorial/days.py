"""Calendar months, which the standard library does not add."""

import calendar


def months_after(day, months):
    """The same day of the month so many months later, or the month's last where it has none.

    29 February and twelve months make 28 February. Negative months go back.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
