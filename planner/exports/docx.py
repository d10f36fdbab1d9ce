"""What goes to a lender or with a complaint, as documents to edit: A4, plain text, tables."""

import io
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Writing
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from planner.words.contacts import ContactLine
from planner.words.days import long_day
from planner.words.facts import FactLine
from planner.words.language import one_line, speaking
from planner.words.letters import Pack, PackLine, PackPart, PackTable

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT, CHINESE_FONT = "Arial", "SimSun"


def pack_docx(pack: Pack, *, language: str) -> bytes:
    """The letter in Chinese and what goes with it; then, on pages of their own that are not to be
    handed over, the rest in the language given; then the letter in English."""
    writing = Document()
    _lay_out(writing)
    with speaking(language):
        writing.core_properties.title = one_line(pack.title)
        writing.core_properties.author = ""
        _letter(writing, pack.letter_zh)
        if pack.tables:
            _new_page(writing, _("Goes with the letter"))
        for part in pack.tables:
            _part(writing, part)
        _new_page(writing, _("For yourself, not to be handed over"))
        writing.add_paragraph(one_line(pack.title))
        for said in pack.carries:
            writing.add_paragraph(one_line(said))
        for part in pack.parts:
            _part(writing, part)
        _new_page(writing, _("The letter in English"))
        _letter(writing, pack.letter_en)
    content = io.BytesIO()
    writing.save(content)
    return content.getvalue()


def contacts_docx(lines: Sequence[ContactLine], *, today: date, language: str) -> bytes:
    """The log of contacts, dated; what lies outside the rules names its rule and how sure it is."""
    writing = Document()
    _lay_out(writing)
    with speaking(language):
        writing.core_properties.title = _("Log of contacts")
        writing.core_properties.author = ""
        writing.add_heading(_("Log of contacts"), 1)
        writing.add_paragraph(_("Taken on {day}.").format(day=long_day(today)))
        rules: dict[str, FactLine] = {}
        for line in lines:
            rules |= {one.asks: one for one in line.marks}
            said = [f"{line.day} {line.time}", line.what, line.debt, line.who, line.number]
            said += [line.words, line.promise, *(f"※ {one.asks}" for one in line.marks)]
            writing.add_paragraph(one_line(" · ".join(one for one in said if one)))
        if rules:
            writing.add_heading(_("The rules that were marked"), 2)
        for one in rules.values():
            sources = ", ".join(name for _id, name in one.sources)
            said = [f"※ {one.asks}", one.words, f"{one.certainty}, {sources}"]
            writing.add_paragraph(one_line(" · ".join(said)))
    content = io.BytesIO()
    writing.save(content)
    return content.getvalue()


def _lay_out(writing: Writing) -> None:
    section = writing.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(20)
    for name in ("Normal", "Heading 1", "Heading 2", "List Bullet"):
        font = writing.styles[name].font
        font.name = FONT
        writing.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(
            qn("w:eastAsia"), CHINESE_FONT
        )
    writing.styles["Normal"].font.size = Pt(11)


def _new_page(writing: Writing, title: str) -> None:
    writing.add_heading(title, 1).paragraph_format.page_break_before = True


def _part(writing: Writing, part: PackPart) -> None:
    writing.add_heading(part.title, 2)
    for line in part.lines:
        writing.add_paragraph(one_line(line.words), style="List Bullet")
    if part.table is not None:
        _table(writing, part.table)


def _letter(writing: Writing, lines: Sequence[PackLine]) -> None:
    for line in lines:
        writing.add_paragraph(one_line(line.words))


def _table(writing: Writing, table: PackTable) -> None:
    made = writing.add_table(rows=1, cols=len(table.head), style="Table Grid")
    for cell, text in zip(made.rows[0].cells, table.head, strict=True):
        cell.text = one_line(text)
    for row in table.rows:
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = one_line(text)
    for line in made.rows:
        for cell in line.cells[1:]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
