"""Search over approved passages.

Words: an Edition is an immutable published set of passages with their vectors and lexical index, named by its digest;
a similarity is the cosine of two unit vectors. Imported by `assistant` and `web`; imports `sources` only.
"""
