"""Text typed by a person → clean values. Forms translate and check; services decide."""

from planner.forms.fields import YuanField
from planner.forms.settings import ConsentForm, SettingsForm

__all__ = ["ConsentForm", "SettingsForm", "YuanField"]
