"""`python -m web` is the `wellcited` command."""

from web.command import main

main()
