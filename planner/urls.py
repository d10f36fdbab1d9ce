from django.urls import path

from planner.views import accounts, home, settings

app_name = "planner"
urlpatterns = [
    path("", home.home, name="home"),
    path("guest/", home.guest_start, name="guest-start"),
    path("sample/", home.sample_open, name="sample-open"),
    path("guest/settle/", accounts.guest_settle, name="guest-settle"),
    path("settings/", settings.settings, name="settings"),
    path("settings/export/", settings.data_export, name="data-export"),
    path("settings/export/household/", settings.household_export, name="household-export"),
    path("settings/erase/", settings.account_erase, name="account-erase"),
    path("privacy/", settings.privacy, name="privacy"),
]
