"""The app's addresses and one whose view fails."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from config.urls import urlpatterns as app_urlpatterns


@login_not_required
def fail(request):
    raise RuntimeError("planted")


urlpatterns = [*app_urlpatterns, path("fail/", fail)]
