"""Why a message does not go out."""


class Undeliverable(Exception):
    """Nobody need try again."""


class Gone(Undeliverable):
    """Nor send anything else there."""


class NotNow(Exception):
    """This one later; others may go out there."""
