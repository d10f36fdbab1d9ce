"""Why a message does not go out, for good."""


class Undeliverable(Exception):
    """Nobody need try again."""


class Gone(Undeliverable):
    """Nor send anything else there."""
