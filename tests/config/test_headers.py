import ipaddress
import re
from io import BytesIO

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from gunicorn.http.errors import InvalidChunkSize

from config import middleware

EVERYWHERE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_headers(response):
    for name, value in EVERYWHERE.items():
        assert response.headers[name] == value, name
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "url", "options", "status"),
    [
        ("get", "/", {}, 200),
        ("get", "/settings/", {}, 302),
        ("get", "/nothing/", {}, 404),
        ("put", "/privacy/", {}, 405),
        ("get", "/", {"headers": {"Host": "evil.example"}}, 400),
        ("post", "/guest/", {"enforce_csrf_checks": True}, 403),
    ],
)
def test_every_answer_has_the_headers(method, url, options, status):
    client = Client(enforce_csrf_checks=options.pop("enforce_csrf_checks", False))

    response = getattr(client, method)(url, **options)

    assert response.status_code == status
    assert_headers(response)


def test_a_missing_page_says_so_with_the_headers(owner_client):
    response = owner_client.get("/nothing/")

    assert response.status_code == 404
    assert_headers(response)
    assert "<main" in response.content.decode()


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.failing_urls")
def test_a_failing_view_gives_the_plain_page_with_the_headers(caplog):
    response = Client(raise_request_exception=False).get("/fail/")

    assert response.status_code == 500
    assert_headers(response)
    assert "出错了" in response.content.decode()
    assert "planted" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["latin-1", "utf-7", "gb18030", "nonsense", "hex"])
@pytest.mark.parametrize("url", ["/account/login/", "/guest/", "/language/"])
def test_a_form_in_a_foreign_charset_is_a_400(charset, url):
    client = Client(enforce_csrf_checks=True)

    response = client.generic(
        "POST", url, b"a=b", content_type=f"application/x-www-form-urlencoded; charset={charset}"
    )

    assert response.status_code == 400
    assert_headers(response)


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8"])
def test_a_form_that_names_utf_8_is_read(charset):
    response = Client().post(
        "/language/",
        b"language=en",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )

    assert response.status_code == 302


@pytest.mark.django_db
def test_ten_megabytes_are_refused_to_the_last_byte():
    response = Client().post(
        "/language/", b"a=" + b"b" * 10_000_000, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 413
    assert_headers(response)
    with pytest.raises(AssertionError, match="Cannot read more"):
        response.request["wsgi.input"].read(1)


class Broken(BytesIO):
    def read(self, size=-1):
        raise InvalidChunkSize(b"zz")


@pytest.mark.parametrize("body", [BytesIO(b"language=en"), BytesIO(b"a" * 2_000_000), Broken()])
def test_a_body_without_a_length_is_read_and_refused(body):
    """Read as empty, it would be answered as if nothing had been typed."""
    response = Client().post(
        "/language/", content_type="application/x-www-form-urlencoded",
        **{"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": body},
    )  # fmt: skip

    assert response.status_code == 411
    assert_headers(response)
    assert isinstance(body, Broken) or not body.read(1)


@pytest.mark.parametrize("charset", ["hex", "rot13", "latin-1", "UTF-7"])
def test_a_charset_that_is_no_text_never_reaches_django_by_its_name(charset):
    seen = []
    serve = middleware.plain_charsets(lambda environ, start: seen.append(environ["CONTENT_TYPE"]))
    for kind in (f"text/plain; charset={charset}", 'text/plain; charset="utf-8"'):
        serve({"CONTENT_TYPE": kind}, None)

    assert seen == ["text/plain; charset=unknown", 'text/plain; charset="utf-8"']


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["session", "csrf", "language", "messages"])
@pytest.mark.parametrize("value", ['"aaaaaaaaaa\\000b"', "a" * 5000, '"\\015\\012x"'])
def test_an_odd_cookie_is_no_cookie(name, value):
    client = Client(headers={"Cookie": f"{name}={value}"})

    assert client.get("/privacy/").status_code == 200
    assert client.get("/settings/").status_code == 302


@pytest.mark.django_db
def test_static_files_may_be_kept_by_caches(settings, tmp_path):
    (tmp_path / "site.css").write_text("a {}")
    settings.STATIC_ROOT = tmp_path

    response = Client().get("/static/site.css")

    assert response.status_code == 200
    assert "no-store" not in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_pages_and_fragments_are_told_apart_by_caches(client):
    vary = client.get("/").headers["Vary"]

    assert {"Cookie", "HX-Request", "HX-Target"} <= {name.strip() for name in vary.split(",")}


@pytest.mark.django_db
def test_an_expired_session_leaves_the_page_instead_of_filling_a_fragment(client):
    response = client.get(
        "/settings/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/?a=1"},
    )

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/account/login/?next=/settings/%3Fa%3D1"
    assert response.content == b""


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in_and_told_where_from(client):
    response = client.get("/settings/")

    assert response.headers["Location"] == "/account/login/?next=/settings/"


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy: whatever it says
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first is the visitor's word
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_our_proxies_are_believed_about_addresses(settings, peer, forwarded, seen):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/24")]
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR=peer,
        HTTP_X_FORWARDED_FOR=forwarded,
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="evil.example",
    )

    middleware.trusted_proxies(lambda request: HttpResponse())(request)

    assert request.META["REMOTE_ADDR"] == seen
    assert request.is_secure() is (peer == "10.0.0.1")
    assert request.get_host().startswith("testserver")


def test_only_the_button_of_a_mail_is_exempt_from_the_csrf_check():
    """A mail program presses it (RFC 8058), and has no form of ours."""
    sources = [
        path.read_text()
        for folder in ("config", "planner")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    ]
    exempt = re.findall(r"@csrf_exempt\n(?:@.*\n)*def (\w+)", "\n".join(sources))

    assert any("require_POST" in source for source in sources)
    assert exempt == ["reminder_stop"]
    assert sum(source.count("csrf_exempt") for source in sources) == 2  # that, and its import


@pytest.mark.django_db
@pytest.mark.parametrize("url_name", ["planner:home", "planner:privacy", "account_login"])
def test_each_page_configures_htmx_for_the_strict_policy(client, url_name):
    content = client.get(reverse(url_name)).content.decode()

    for wish in ('"allowEval": false', '"historyCacheSize": 0', '"includeIndicatorStyles": false'):
        assert wish in content
    assert " style=" not in content
    assert "onclick" not in content


@pytest.mark.parametrize("name", ["privacy", "plan", "data-erase", "settings", "plan-csv"])
def test_head_is_get_without_a_body_and_does_nothing(owner_client, owner, name):
    page = reverse(f"planner:{name}")
    got = owner_client.get(page)

    response = owner_client.head(page)

    assert response.status_code == got.status_code
    assert response.headers["Content-Type"] == got.headers["Content-Type"]
    assert response.content == b""
    assert type(owner).objects.filter(pk=owner.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["203.0.113.7", "evil.example"])
def test_a_foreign_name_or_address_is_no_error_in_the_log(client, caplog, host):
    assert client.get("/", headers={"Host": host}).status_code == 400

    told = [one for one in caplog.records if one.name == "django.security.DisallowedHost"]
    assert [one.levelname for one in told] == ["WARNING"]
