"""`python -m adapters.embedded.watchdog` outlives its parent and stops the processes that the parent left.

A process killed with SIGKILL cannot clean up. It writes its children to the watchdog's standard input, one per line.
The system closes that pipe when the process ends. See `end_with_us`.
"""

import sys

from adapters.embedded.process import Identity, end


def main() -> None:
    """Collect children until standard input ends; then stop those that still run, newest first."""
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
