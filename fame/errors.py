"""What a user can mend: the one base class that the command line and the app turn into a sentence."""


class InputError(ValueError):
    """Something given from outside is wrong. The message is one sentence: what, where, and what to do.

    Every module derives its own kind of cause from it. The command line exits with 2; a page shows the message.
    """
