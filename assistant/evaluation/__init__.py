"""Evaluation: labelled questions go the way of visitors' questions, and the figures say how well they were answered.

labelled.py   a labelled file, line by line, into questions with what is right for each
running.py    each question through the seven steps, beside the live log and never in it
measuring.py  what was given, held against what was right, as figures with their intervals
figures.py    the numbers alone: intervals, curves, calibration
results.py    results.json, read and written; two runs compared
report.py     the HTML report; drawing.py its charts
"""
