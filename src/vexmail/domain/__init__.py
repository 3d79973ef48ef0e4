"""Values and rules of VexMail.

Comes in: nothing but arguments. Goes out: frozen values and decisions.

Rules for editors: standard library only; no I/O, no clock, no randomness. Time and ids
arrive as arguments. Everything above imports this room; it imports nothing of ours.
"""
