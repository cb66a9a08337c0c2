"""Files made to harm whoever reads them, and the proof that they do not: ``make hostile``."""
