"""Families that follow from what users took, for what nobody wrote down: who takes an item, how often, when.

From the training part alone, so that nothing of what is held out is in them. Stored with a model, never with the data.
"""
