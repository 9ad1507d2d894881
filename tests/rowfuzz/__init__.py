"""Rows of every table altered, deleted, doubled, put in and swapped by SQL, with triggers lifted
and with triggers on; `verify` must name each, and no page may gain a badge.

`house` makes a house of all states, `alterations` says what is done to it, `referee` does it, some
forty alterations at a time, each on a content of its own, and counts.
"""
