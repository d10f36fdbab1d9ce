"""The app's addresses, and one for each way of failing."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as app_urlpatterns


@login_not_required
def fail(request, status):
    match status:
        case 400:
            raise BadRequest
        case 403:
            raise PermissionDenied
        case 429:
            return render(request, "429.html", status=429)
    raise RuntimeError("planted")


urlpatterns = [*app_urlpatterns, path("fail/<int:status>/", fail, name="fail")]
