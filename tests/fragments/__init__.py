"""The proof that a text fragment leads to its quote, in real Chromium: `make fragments`, and a short one in the suite."""
