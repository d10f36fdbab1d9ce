"""Reading a page as a browser does: its forms, their controls, and what is said beside them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "br", "meta", "link", "img", "hr", "path", "rect", "circle", "line"}


@dataclass(slots=True)
class Control:
    name: str
    kind: str  # of an input its type, else "select", "textarea", "button"
    value: str = ""
    is_on: bool = True  # a box that is ticked; all else counts as on
    options: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def is_marked_wrong(self) -> bool:
        return self.attributes.get("aria-invalid") == "true"


@dataclass(slots=True)
class PageForm:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def sent(self, **changes) -> list[tuple[str, str]]:
        """The pairs that pressing the first button sends; None in `changes` leaves one out."""
        pairs, has_button = [], False
        for one in self.controls:
            if one.kind == "button":
                if has_button or not one.name:
                    continue
                has_button = True
            if one.name and one.is_on and one.name not in changes:
                pairs.append((one.name, one.value))
        return pairs + [(name, value) for name, value in changes.items() if value is not None]

    def control(self, name: str) -> Control | None:
        return next((one for one in self.controls if one.name == name), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.texts: dict[str, str] = {}  # by the id of the element around it
        self.loose: list[Control] = []
        self._form: PageForm | None = None
        self._open: Control | None = None
        self._ids: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        held = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._ids.append((tag, held.get("id", "")))
        if tag == "form":
            self._form = PageForm(held.get("action", ""), held.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in ("input", "select", "textarea", "button"):
            kind = held.get("type", "text") if tag == "input" else tag
            control = Control(held.get("name", ""), kind, held.get("value", ""), attributes=held)
            if kind in ("checkbox", "radio"):
                control.is_on = "checked" in held
                control.value = held.get("value", "on")
            (self._form.controls if self._form else self.loose).append(control)
            self._open = control if tag in ("select", "textarea") else None
        elif tag == "option" and self._open is not None:
            value = held.get("value", "")
            if not self._open.options or "selected" in held:
                self._open.value = value
            self._open.options.append(value)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag in ("select", "textarea"):
            if self._open is not None and tag == "textarea":
                self._open.value = self._open.value.removeprefix("\n")
            self._open = None
        for place in range(len(self._ids) - 1, -1, -1):
            if self._ids[place][0] == tag:
                del self._ids[place:]
                break

    def handle_data(self, data):
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data
        for _tag, name in self._ids:
            if name:
                self.texts[name] = self.texts.get(name, "") + data


@dataclass(slots=True)
class Page:
    forms: list[PageForm]
    texts: dict[str, str]

    def said_beside(self, control: Control) -> str:
        """What a screen reader adds to the control: its hint and its errors."""
        ids = control.attributes.get("aria-describedby", "").split()
        ids.append(f"id_{control.name}_error")  # of a group, described as a whole
        return " ".join(self.texts.get(name, "").strip() for name in ids).strip()

    def posting(self) -> list[PageForm]:
        return [form for form in self.forms if form.method == "post"]


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(reader.forms, reader.texts)
