"""The starter library: fourteen short, plainly written articles on SSRI antidepressants and ketamine therapy.

Every fact names where it comes from, so a fresh installation has something honest to quote and to be tested on. Beside
the articles lie two question sets: `answerable.jsonl`, where each question names the words that answer it, and
`unanswerable.jsonl`, questions that no article here answers. Each question belongs to the half used for tuning or to
the half used for reporting. A clinician has to approve the articles before they are shown to visitors.
"""
