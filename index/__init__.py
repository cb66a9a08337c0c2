"""Search over approved passages.

Words: an Edition is an immutable published set of passages with their vectors and lexical index, named by its digest;
a similarity is the cosine of two unit vectors. Imported by `assistant` and `web`; imports `sources` only.
"""

import os

# Libraries read these once, when they are first imported.
# - ONNX Runtime sends usage events to its maker, from Linux too since 1.29. Nothing leaves the site.
# - The matrix products of a question are small: further threads of BLAS and OpenMP (which FAISS starts anew for every
#   thread that searches) would only spin on the core that the next question needs.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
