"""What a follow-up question is about, worked out by rules from its own words and the turns before, never by a model.

A question that stands by itself is left alone, byte for byte. One that points back ("is it addictive?", "the side
effects"), that says too little ("how long?", "examples?"), that names another topic for the question before ("and
SSRIs?") or compares ("which is faster?") is made whole for searching, and for nothing else: the visitor is shown the
topic, never these words. What is carried is the topic shown; where there is none, the subject of the last question
that stood by itself.
"""

from assistant.recall.rules import recall, settled
from assistant.recall.talk import named_topics
from assistant.turns import TURNS, Recalled, Turn

__all__ = ["TURNS", "Recalled", "Turn", "named_topics", "recall", "settled"]
