"""What the commands say, and the options they have in common."""

from __future__ import annotations

import argparse
import sys

from terradesk.i18n import _

__all__ = ["add_scenario", "plain", "say", "tell"]


def plain(text: str) -> str:
    """A text without the marks that windows need for its direction."""
    return text.replace("\u2068", "").replace("\u2069", "")


def say(text: str) -> None:
    """A line on stdout."""
    print(plain(text))


def tell(*texts: str) -> None:
    """Lines on stderr, empty ones left out."""
    print("\n".join(plain(t) for t in texts if t), file=sys.stderr)


def add_scenario(command: argparse.ArgumentParser) -> None:
    """The option that chooses a scenario."""
    command.add_argument("--scenario", metavar="NAME", help=_("else the newest draft"))
