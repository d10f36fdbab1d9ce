from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's, without guesses: a new text stays empty until somebody has translated it."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
