"""Start TerraDesk: the window, or without a display the same job on the sample plan.

Worker processes are spawned and import this file, so everything stays under the guard.
"""

import gc
import multiprocessing
import os
import sys


def has_display() -> bool:
    """Whether a window can open; only Linux can lack a display."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for and return the exit code."""
    if "--warm-up" in arguments:
        from terradesk.headless import warm_up

        return warm_up()
    if "--self-test" in arguments:
        from terradesk.headless import self_test

        return self_test()
    if "--headless" in arguments or not has_display():
        from terradesk.headless import run as run_headless

        return run_headless([a for a in arguments if a not in ("--headless", "--sample")])
    gc.disable()  # imports make only what stays; the window collects by a timer
    from ui.app import run as run_window

    return run_window(arguments)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["--worker"]:  # a packaged program starts itself for fenced work
        from terradesk.workers import main as work

        sys.exit(work(sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
