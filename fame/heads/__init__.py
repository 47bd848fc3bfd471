"""State -> scores: what a model makes of the catalog after a history, and the loss that teaches it; a file a head.

`contract` says what a head can be asked, and `kinds` what the heads say of themselves, without torch. Nobody outside
asks which head a model has. To add one: a file beside `sum` and `mixture` with a class that meets the contract, and its
record in `kinds.HEAD_KINDS`; `tests/heads/test_contract.py` then asks of it what every head promises.
"""
