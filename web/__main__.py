"""`python -m web` is the `wellcited` command."""

from web.entry import main

main()
