"""Runs the command by itself: `python -m bellwether.evaluate`."""

from .command import main

main()
