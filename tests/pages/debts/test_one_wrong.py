"""One answer that cannot be read, or another choice, in a form that is right otherwise."""

import pytest
from django import forms
from django.urls import reverse

from tests.sending import as_sent

START, NEW = reverse("planner:start"), reverse("planner:debt-create")
DAYS = {"statement_day": "25", "due_day": "13", "to_pay": "5400", "last": "short"}
DAYS |= {"left": "400", "missing": "40", "rate_value": "0.05", "rate_unit": "day"}
OPEN = {"name": "小李", "principal": "1000", "next_due": "2026-12-20", "minimum_fixed": "100"}
LOAN = OPEN | {"periods_left": "6", "method": "level", "rate_value": "7.2", "rate_unit": "year"}
FORMS = {
    f"{START}?product=credit_card": DAYS,
    f"{START}?product=private_loan": OPEN,
    f"{START}?product=jiebei": LOAN,
    f"{NEW}?product=huabei": DAYS,
}


def each_wrong(form):
    """(name, value): of each field something that it cannot be, and of each choice every other."""
    for name, field in form.fields.items():
        if name in ("key", "version", "told", "consent") or name[-1] in "123456789":
            continue  # those that repeat are alike
        yield form.add_prefix(name), "<x>\ufffd"
        if isinstance(field, forms.ChoiceField):
            yield from ((form.add_prefix(name), str(value)) for value, _words in field.choices)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("url", FORMS)
def test_one_wrong_answer_is_told(client, clock, url):
    client.post(reverse("planner:guest-start"))
    right = FORMS[url]
    sent = client.post(url, as_sent(client.get(url).context["form"], consent="on", **right))
    form = sent.context["form"] if sent.status_code == 422 else client.get(url).context["form"]
    seen = set()
    for name, value in each_wrong(form):
        answer = client.post(url, as_sent(form, **{"consent": "on"} | right | {name: value}))
        seen.add(answer.status_code)

    assert {422} <= seen <= {200, 302, 409, 422}
