"""From a visitor's question to a recorded answer.

Words: triage says what is asked and whether the person is safe; the Policy holds the reviewed wordings, rules and
thresholds; an Answer is outcome + notices + quoted passages + disclaimer; the Log records it before it is shown.
Imported by `web`; imports `index` and `sources`.
"""

# It sets what numpy reads once, when it is first imported, and modules here import numpy before anything of `index`.
import index as index
