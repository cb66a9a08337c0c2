"""How the reader is trained, exported and measured. Serving never imports this package: it needs torch."""
