"""Work on many machines: a Ray cluster's workers make the blocks of a trace, or share the batches of a training.

Ray is no part of the app: nothing outside this package imports it, and this package only once it is asked for.
"""
