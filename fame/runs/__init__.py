"""A model that is run many times with something left out or changed.

A `plan` says what each run is without, or has changed; `execute` reads what can be shared once and works in blocks
under one memory `budget`; `outcomes` is what became of an item in every run; `cost` times that same path.
"""
