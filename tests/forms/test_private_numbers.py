"""Names and notes: a whole card, identity or phone number is asked about before it is stored."""

import pytest
from django.urls import reverse
from django.utils import translation

from planner.forms.private import WARNINGS, private_number
from planner.services.changes import replace_household
from planner.services.documents import household_document_of
from tests.page_reading import read
from tests.trust.household import full

CARD = "4111111111111111"  # the number that every payment form is tried with
# Region 110000 is nobody's; the sign at the end is right.
IDENTITY = "110000199001011235"
FOUND = {
    CARD: "card",
    "招行 4111 1111 1111 1111": "card",
    "4111-1111-1111-1111，工资": "card",
    "４１１１１１１１１１１１１１１１": "card",
    "6222020000000000000": "card",
    "378282246310005": "card",
    "3782 822463 10005": "card",
    "4222222222222": "card",
    f"身份证{IDENTITY}": "identity",
    "11010519491231002x": "identity",  # the example of the standard
    "小李 13800138000": "phone",
    "+86 138-0013-8000": "phone",
}
NOT_FOUND = [
    "",
    "招行 尾号 1111",
    "4111111111111112",  # a wrong check digit
    "411111111111",  # twelve digits
    "41111111111111111111",  # twenty
    "110000199001011239",  # a wrong sign
    "2026-12-09 1234567",
    "2026-12-09 400.00",
    "客服 95188",
    "12800138000",
    "138001380001",
]


@pytest.mark.parametrize(("text", "kind"), FOUND.items())
def test_a_number_that_is_somebody_s_is_seen(text, kind):
    assert private_number(text) == kind


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_figures_are_left_alone(text):
    assert private_number(text) is None


@pytest.fixture
def owner(client, make_member):
    from django.utils import timezone

    user = make_member("owner")
    replace_household(user=user, document=full(timezone.localdate()))
    client.force_login(user)
    return user


def form_of(content):
    return next(one for one in read(content).posting() if one.control("told"))


FORMS = {
    "/debts/new/?contract=open": ["name", "note", "quoted_rate"],
    "/debts/card-bill/": ["name", "note", "quoted_rate"],
    "/debts/loan/": ["name", "note", "quoted_rate"],
    "/incomes/salary/": ["name"],
    "/expenses/rent/": ["name"],
    "/accounts/card/": ["name"],
    "/debts/friend/arrangement/": ["note"],
}


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in FORMS.items() for name in names]
)
def test_each_text_is_asked_about_once_and_then_kept(client, owner, path, name):
    form = form_of(client.get(path).content.decode())
    before = household_document_of(owner)

    sent = dict(form.sent(**{name: f"招行 {CARD}"}))
    asked = client.post(form.action or path, sent)

    assert asked.status_code == 422
    page = asked.content.decode()
    again = form_of(page)
    field = again.control(name)
    assert field.is_marked_wrong
    assert str(WARNINGS["card"]) in read(page).said_beside(field)
    assert field.value == f"招行 {CARD}"
    assert household_document_of(owner) == before
    if "new" not in path and "arrangement" not in path:  # whose other fields are filled in
        assert client.post(form.action or path, dict(again.sent())).status_code == 302
        assert CARD in str(household_document_of(owner))


def test_shortened_it_is_saved_without_another_word(client, owner):
    form = form_of(client.get("/accounts/card/").content.decode())
    asked = client.post("/accounts/card/", dict(form.sent(name=CARD)))
    form = form_of(asked.content.decode())

    assert client.post("/accounts/card/", dict(form.sent(name="招行 1111"))).status_code == 302
    assert CARD not in str(household_document_of(owner))


def test_every_text_of_every_page_is_asked_about(client, owner):
    """A form with a text field that is no part of FORMS above has the hidden field as well."""
    pages = [*FORMS, "/start/?contract=open", "/incomes/new/", "/expenses/new/", "/accounts/new/"]
    for path in pages:
        for form in read(client.get(path).content.decode()).posting():
            texts = [
                one.name
                for one in form.controls
                if one.kind in ("text", "textarea")
                and one.name.endswith(("name", "note", "confirmed_by", "quoted_rate"))
            ]
            assert bool(texts) <= bool(form.control("told")), (path, texts)


@pytest.mark.parametrize("kind", WARNINGS)
def test_the_warnings_are_told_in_chinese(kind):
    with translation.override("zh-hans"):
        assert "再保存一次" in str(WARNINGS[kind])


def test_a_forged_list_of_names_only_spares_the_sender(client, owner):
    form = form_of(client.get(reverse("planner:account-create")).content.decode())
    sent = dict(form.sent(name=CARD, balance="1", told="nobody,,balance"))

    assert client.post(reverse("planner:account-create"), sent).status_code == 422
