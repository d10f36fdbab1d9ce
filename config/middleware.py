"""The edge: who is speaking, what a browser may do with an answer, who may keep a copy."""

import codecs
import ipaddress
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from gunicorn.http.errors import ParseException

GetResponse = Callable[[Any], HttpResponse]


class HtmxRequest(HttpRequest):
    """Behind django_htmx.middleware."""

    htmx: HtmxDetails


CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)

MOST_READ = 64 * 1024 * 1024

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


def security_headers(get_response: GetResponse) -> GetResponse:
    """Outermost, so that redirects, static files and every error page have them too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def trusted_proxies(get_response: GetResponse) -> GetResponse:
    """Believe X-Forwarded-* only from a proxy named in the settings.

    Anybody can send these headers; limits by address and the redirect to https rely on them.
    From one of our proxies the last address it did not write itself is the visitor's.
    """

    def is_proxy(address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in settings.TRUSTED_PROXIES)

    def middleware(request: HttpRequest) -> HttpResponse:
        meta = request.META
        chain = [hop.strip() for hop in meta.pop("HTTP_X_FORWARDED_FOR", "").split(",")]
        # Gunicorn on a unix socket knows no peer; only a proxy can then have spoken to it.
        if is_proxy(meta.get("REMOTE_ADDR", "")):
            visitor = next((hop for hop in reversed(chain) if hop and not is_proxy(hop)), None)
            if visitor is not None:
                meta["REMOTE_ADDR"] = visitor
        else:
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        meta.pop("HTTP_X_FORWARDED_HOST", None)
        return get_response(request)

    return middleware


def head_as_get(get_response: GetResponse) -> GetResponse:
    """HEAD is GET without the body, on every page: whoever asks so wants to know what GET gives."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware


def bounded_bodies(get_response: GetResponse) -> GetResponse:
    """What is too large for a form is a 413, read to its end so that the answer arrives.

    A server that answers and hangs up while the other side still sends is a broken connection.
    A body sent in chunks, as no browser does, says no length: Django would read it as empty.
    """

    def read(body: Any, length: int) -> None:
        while length > 0 and (chunk := body.read(min(length, 64 * 1024))):
            length -= len(chunk)

    def middleware(request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            with suppress(OSError, ParseException):  # what is no chunk
                read(request.META["wsgi.input"], MOST_READ)
            return HttpResponse(render_to_string("400.html"), status=411)
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type == "multipart/form-data":  # the only way a file is sent
            most = settings.LARGE_BODIES.get(request.path_info, most)
        if int(length) <= most:
            return get_response(request)
        read(request, min(int(length), MOST_READ))
        return HttpResponse(render_to_string("413.html"), status=413)

    return middleware


def refused_forms(get_response: GetResponse) -> GetResponse:
    """Allauth shows a refused form with a 200; here that is a 422, as everywhere else.

    Where too much was tried it is a 429 that says when to come again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        shown = getattr(response, "context_data", None) or {}
        forms = (shown.get("form"), shown.get("webauthn_form"))
        is_refused = any(getattr(form, "errors", None) for form in forms)
        if request.method == "POST" and response.status_code == 200 and is_refused:
            response.status_code = 422
            if seconds := getattr(request, "retry_after", 0):
                response.status_code = 429
                response.headers["Retry-After"] = str(seconds)
        return response

    return middleware


def plain_charsets(serve: Callable[..., Any]) -> Callable[..., Any]:
    """Django reads the address with the charset of the body while it makes the request. One that
    Python knows but that is no text (hex) would fail there, before any of our middleware: under
    an unknown name it reaches `known_charsets`, which refuses it.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        kind = environ.get("CONTENT_TYPE", "")
        found = re.search(r"charset\s*=\s*[\"']?([^\s;\"']*)", kind, re.IGNORECASE)
        if found and found[1].lower() not in ("utf-8", "utf8"):
            environ["CONTENT_TYPE"] = kind[: found.start()] + "charset=unknown"
        return serve(environ, start_response)

    return application


def known_charsets(get_response: GetResponse) -> GetResponse:
    """A form in a foreign charset is a 400.

    Left alone, Django meets it inside the CSRF check and once more while reporting that, and the
    second exception would reach the server: a 500 without any of our headers.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        params = request.content_params or {}
        charset = params.get("charset")
        if charset is not None:
            # Under one of its other names (utf8) Django would refuse even UTF-8.
            params["charset"] = request.encoding = "utf-8"
            try:
                is_known = codecs.lookup(charset).name == "utf-8"
            except LookupError:
                is_known = False
            if not is_known:
                raise BadRequest("Forms are read as UTF-8 only.")
        return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """No cache keeps a page: what is rendered here belongs to one person.

    The same URL answers with a page or a fragment, so caches that ignore this must at least
    keep the two apart.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response.headers:  # static files say how long they keep
            response.headers["Cache-Control"] = "no-store, private"
            patch_vary_headers(response, ["Cookie", "HX-Request", "HX-Target"])
        return response

    return middleware


def expired_session(get_response: GetResponse) -> GetResponse:
    """A fragment that may not be seen any more: leave the page, don't swap in a sign-in form."""

    def middleware(request: HtmxRequest) -> HttpResponse:
        response = get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        if (
            not request.htmx
            or request.user.is_authenticated
            or urlsplit(response.headers.get("Location", "")).path != sign_in
        ):
            return response
        page = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(page).url)

    return middleware


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page is for somebody signed in, but those that say otherwise.

    Those are not even asked who is there: so they need no session, and a cache may keep them.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
