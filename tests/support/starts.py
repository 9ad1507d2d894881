"""Starting our commands many times over: each start is a copy (fork) of one process that has
imported what the settings import, but nothing of ours, and knows no environment yet.

    starter = Starter(root)
    starter.run(["manage.py", "check"], environment)

A start so takes hundredths of a second; with an interpreter of its own it takes seconds.
"""

import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess

IMPORTED = (
    *("django.core.management", "django.test", "environ"),
    *("csp.constants", "django_prose_editor.config", "js_asset"),
)


class Starter:
    """Runs Python commands in a folder, each in a process with nothing but its environment."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=folder,
            env={**of_python(), "PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command, environment):
        """What subprocess.run would return for `python *command`."""
        with tempfile.TemporaryDirectory() as folder:
            order = {"command": command, "environment": environment, "said": folder}
            self.process.stdin.write(f"{json.dumps(order)}\n")
            self.process.stdin.flush()
            code = int(self.process.stdout.readline())
            stdout, stderr = (Path(folder, name).read_text() for name in ("stdout", "stderr"))
        return CompletedProcess(command, code, stdout, stderr)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def of_python():
    """How this interpreter was told to work, such as where it keeps what it compiled."""
    return {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}


def serve():
    """Start what each line of the standard input orders; returns in each copy, with its order."""
    for line in sys.stdin:
        order = json.loads(line)
        copy = os.fork()
        if copy == 0:
            return order
        _copy, status = os.waitpid(copy, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def become(order):
    """Be the process that was ordered: its environment, its arguments, its two files."""
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(os.path.join(order["said"], name), os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    first, *rest = order["command"]
    if first == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(rest[0], {"__name__": "__main__"})  # noqa: S102  (python -c)
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    for module in IMPORTED:
        importlib.import_module(module)
    sys.path[0] = os.getcwd()
    if order := serve():
        become(order)
