"""What a browser would send of a form as it is shown."""

from typing import Any

from django import forms
from django.forms import Form


def as_sent(form: Form, **changes: Any) -> dict[str, Any]:
    """Every control with the value it shows; None in `changes` leaves a control out."""
    data: dict[str, Any] = {}
    for bound in form:
        field, value = bound.field, bound.value()
        if isinstance(field, forms.MultiValueField):
            parts = value if isinstance(value, list) else field.widget.decompress(value)
            names = [f"{bound.html_name}{part}" for part in field.widget.widgets_names]
            data |= dict(zip(names, [part or "" for part in parts], strict=True))
        elif isinstance(field, forms.BooleanField):
            data |= {bound.html_name: "on"} if value else {}
        elif isinstance(field, forms.MultipleChoiceField):
            data[bound.html_name] = value or []
        elif type(field.widget) is forms.Select and not value:
            data[bound.html_name] = field.choices[0][0]
        else:
            shown = field.widget.format_value(value)
            data[bound.html_name] = (shown[0] if isinstance(shown, list) else shown) or ""
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def send_on(client: Any, url: str, form: Form, **answers: Any) -> Any:
    """Send a new debt and go on until it is saved or refused: a bill's days first, then what the
    app shows of it, then yes to what was understood."""

    def answered() -> dict[str, Any]:
        asked = "to_pay" in form.fields
        known = {"shows_made": "growing"} if "shows_made" in form.fields else {}
        return known | {k: v for k, v in answers.items() if asked or k not in ("to_pay", "last")}

    response = client.post(url, as_sent(form, **answered()))
    while response.status_code == 422:
        form = response.context["form"]
        if form.asks_to_confirm:
            response = client.post(url, as_sent(form))
        elif form.only_asks:
            response = client.post(url, as_sent(form, **answered()))
        else:
            break
    return response
