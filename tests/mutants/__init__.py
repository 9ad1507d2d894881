"""Changes of one line that a test has to notice; `python -m tests.mutants --help` says how."""
