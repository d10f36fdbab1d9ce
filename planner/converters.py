"""Days and languages in addresses."""

from datetime import date


class DayConverter:
    """2026-12-09"""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class SpeechConverter:
    """zh or en: the keys under which rules keep their words."""

    regex = "zh|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
