"""`python -m adapters.embedded.watchdog`: outlives the process that started it, and ends what that one has left.

A process that is killed with SIGKILL can clean nothing up. It names its children here, one a line on standard input;
the system closes that pipe when the process is gone, however it ended. See `end_with_us`.
"""

import sys

from adapters.embedded.process import Identity, end


def main() -> None:
    """Note children until standard input ends; then end those that still run, the last one started first."""
    children: list[tuple[Identity, int]] = []
    for line in sys.stdin:
        pid, created, sign = line.split()
        children = [(child, how) for child, how in children if child.running()]
        children.append((Identity(int(pid), float(created)), int(sign)))
    for child, how in reversed(children):
        process = child.running()
        if process is not None:
            end(process, how)


if __name__ == "__main__":
    main()
