"""Attacks on the running application, each beside a control (`make probes`).

A side is one scratch database, one server process and one process that attacks it. On the side
"app" nothing is touched. On the side "control" each attack runs with the guard that it tests taken
out, and must then do harm: a probe that cannot fail proves nothing.
"""
