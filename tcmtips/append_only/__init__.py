"""Attacks on what is written once, in a database made for them: see `prove_append_only`."""
