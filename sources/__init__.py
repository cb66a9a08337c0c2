"""Articles, and the way from a file to approved passages.

Words: an Article is a curated source; a Revision is its immutable cleaned text at one time, named by the text's
SHA-256; a Passage is a span ``[start, end)`` of a revision. The way: read → clean → split → review → approve.
Imported by `index`, `assistant` and `web`; imports none of them.
"""
