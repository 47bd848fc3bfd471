"""Work on many machines: the workers of a Ray cluster make the blocks of a trace.

Ray is no part of the app: nothing outside this package imports it, and this package only once it is asked for.
"""
