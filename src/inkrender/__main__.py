"""`python -m inkrender` is `inkrender`."""

from .cli import main

main()
