"""Text of a PDF, page by page, in the order in which a person reads it.

Only ever called in the child process of `planner.imports.apart`: PDFium is native code, reads what
strangers send, and keeps state that threads would share.
"""

from typing import Any

from planner.imports.outcome import Refused, Wanted

MOST_PAGES = 150
MOST_CHARACTERS = 600_000
SLANT = 0.05  # radians; more is a watermark


def page_texts(content: bytes, password: str | None = None) -> list[str]:
    """Raises Refused, and Wanted where a password is needed or this one is not it."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(content, password=password or None)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise Wanted("wrong_password" if password else "password") from None
        raise Refused("damaged_pdf") from None
    if len(document) > MOST_PAGES:
        raise Refused("too_many_pages")
    texts, left = [], MOST_CHARACTERS
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            raise Refused("damaged_pdf") from None
        text_page = page.get_textpage()
        left -= text_page.count_chars()
        if left < 0:
            raise Refused("too_much_text")
        texts.append(_in_reading_order(pdfium, text_page.raw, text_page.count_chars()))
        text_page.close()
        page.close()
    return texts


def _in_reading_order(pdfium: Any, page: Any, count: int) -> str:
    """By baseline, then from left to right: files store text in any order."""
    from ctypes import byref, c_double

    x, y = c_double(), c_double()
    box = pdfium.FS_RECTF()
    glyphs: list[tuple[float, float, float, float, str]] = []  # baseline, left, right, em, text
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(page, index)
        if code <= 0x20 or code == 0xFFFE or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            continue
        if pdfium.FPDFText_IsGenerated(page, index) == 1:
            continue
        angle = pdfium.FPDFText_GetCharAngle(page, index)
        if SLANT < angle < 6.2832 - SLANT:
            continue
        if not pdfium.FPDFText_GetCharOrigin(page, index, byref(x), byref(y)):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(page, index, byref(box)):
            continue
        em = max(1.0, abs(box.top - box.bottom))
        glyphs.append((y.value, x.value, box.right, em, chr(code)))
    glyphs.sort(key=lambda one: -one[0])
    lines: list[list[tuple[float, float, float, float, str]]] = []
    for glyph in glyphs:
        if lines and lines[-1][0][0] - glyph[0] <= 0.3 * glyph[3]:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return "\n".join(_line(line) for line in lines)


def _line(glyphs: list[tuple[float, float, float, float, str]]) -> str:
    glyphs.sort(key=lambda one: one[1])
    parts: list[str] = []
    left, right, before = 0.0, 0.0, ""
    for _y, start, end, em, text in glyphs:
        if text == before and start - left < 0.1 * em:
            continue  # the same sign struck twice, to look bold
        if before and start - right > 0.35 * em:
            parts.append(" ")
        parts.append(text)
        left, right, before = start, end, text
    return "".join(parts)
