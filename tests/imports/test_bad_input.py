"""What else is sent to be read: a sentence, in time, within memory, and nothing left behind."""

import io
import json
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from planner.imports import apart
from planner.imports.apart import MOST_DATA, ROOT, read_apart
from planner.imports.outcome import MOST_BYTES
from planner.words.imports import WHY_NOT
from tests.imports.expected import BILLS, REPORTS

BRIEF = (REPORTS / "report_brief.pdf").read_bytes()
BILL = (BILLS / "alipay_v2_2026_gb18030.csv").read_bytes()


def refused(content, **more):
    """The code of a refusal, which has a sentence; in no more time than is allowed."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = read_apart(content, **more)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor: what else the machine does is not ours.
    assert ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime < 5
    assert found["outcome"] in ("refuse", "ask_password")
    assert str(WHY_NOT[found["why"]])
    assert found["proposed"] == []
    return found["why"]


def pdf_with(objects, count):
    """A PDF of so many empty pages, with more objects in its catalogue."""
    held = [b"%PDF-1.4\n"]
    places = []

    def add(number, content):
        places.append(sum(map(len, held)))
        held.append(b"%d 0 obj\n" % number + content + b"\nendobj\n")

    add(1, b"<< /Type /Catalog /Pages 2 0 R %s >>" % objects)
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(count))
    add(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids))
    for number in range(count):
        add(3 + number, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>")
    start = sum(map(len, held))
    held.append(b"xref\n0 %d\n0000000000 65535 f \n" % (count + 3))
    held += [b"%010d 00000 n \n" % place for place in places]
    held.append(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count + 3, start))
    return b"".join(held)


def zipped(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def sheet_with(**cells):
    """A workbook whose one sheet holds these cells."""
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def rows(count):
    text = BILL.decode("gb18030")
    head, first = text.split("2026-10-28 10:05:11", 1)
    row = "2026-10-28 10:05:11" + first.split("\n")[0]
    number = "20261028000000000000000000000001"
    return (head + "\n".join(row.replace(number, str(10**20 + n)) for n in range(count))).encode(
        "gb18030"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\x00" * 5000, "no_text_file"),
        (b"\xff\xd8\xff\xe0JFIF" + bytes(range(256)) * 9, "no_text_file"),
        ("您好\x00还款".encode(), "no_text_file"),
        ("你好".encode() + "银行账单".encode("gbk") + b"\xff\xff", "no_text_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "resaved"),
        ("今天天气不错".encode(), "not_known"),
        (b"%PDF-1.7\n%%EOF", "damaged_pdf"),
        (BRIEF[:3000], "damaged_pdf"),
        (b"PK\x03\x04" + b"x" * 500, "damaged_archive"),
        (zipped({"a.csv": BILL, "b.csv": BILL}), "no_bill_in_archive"),
        (zipped({"a.png": b"x"}), "no_bill_in_archive"),
        (zipped({"a.csv": BILL})[:-40], "damaged_archive"),
        (zipped({"a.csv": b"0" * 61 * 2**20}), "too_large_unpacked"),
        (sheet_with(A1=1), "not_a_bill"),
        (pdf_with(b"", 151), "too_many_pages"),
        (pdf_with(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>", 3), "no_text"),
        (pdf_with(b"/AcroForm << /Fields [] /XFA (x) >>", 3), "no_text"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(content, why):
    assert refused(content) == why


def test_ten_thousand_pages_are_refused_in_time():
    assert refused(pdf_with(b"", 10_000)) == "too_many_pages"


def test_fifty_megabytes_are_refused_before_anything_is_started():
    assert refused(b"x" * (MOST_BYTES + 1)) == "too_large"


def test_a_hundred_thousand_rows_are_refused():
    content = zipped({"a.csv": rows(100_000)})

    assert refused(content) in ("too_many_rows", "too_heavy")


def test_a_sheet_that_claims_all_cells_there_can_be_harms_only_its_reader():
    assert refused(sheet_with(A1=1, XFD1048576=1)) in ("too_heavy", "too_long", "not_a_bill")


def test_half_a_file_of_a_bill_reads_what_is_whole():
    found = read_apart(BILL[: len(BILL) * 3 // 4])

    assert (found["outcome"], found["totals_agree"]) == ("read", False)
    assert 0 < found["rows"] < 14


def test_half_a_report_shows_no_wrong_figure():
    whole = {str(one) for one in read_apart(BRIEF)["proposed"]}

    for share in range(1, 8):
        found = read_apart(BRIEF[: len(BRIEF) * share // 8])
        assert {str(one) for one in found["proposed"]} <= whole


@pytest.mark.slow
def test_flipped_bytes_of_a_pdf_never_stop_the_reader():
    for place in range(100, len(BRIEF), len(BRIEF) // 40):
        changed = BRIEF[:place] + bytes([BRIEF[place] ^ 0x15]) + BRIEF[place + 1 :]
        found = read_apart(changed)
        assert found["outcome"] in ("read", "refuse", "ask_password")
        for one in found["proposed"]:  # a font that is hurt may print other signs, as on screen
            assert one["balance"].split(".")[0] in one["sentence"].replace(",", "")


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(apart, "_CHILD", "import time; time.sleep(60)")
    monkeypatch.setattr(apart, "PATIENCE", 1)

    assert refused(BRIEF) == "too_long"


def test_a_reader_cannot_take_more_memory_or_write_a_file(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from planner.imports import apart; apart._limit()\n"
        "try:\n open(sys.argv[2], 'wb', 0).write(b'x'); print('wrote')\n"
        "except OSError: print('no file')\n"
        "try:\n bytearray(int(sys.argv[3])); print('took')\n"
        "except MemoryError: print('no memory')\n"
    )
    target = tmp_path / "left"

    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT), str(target), str(MOST_DATA + 1)],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout.split("\n")[:2] == ["no file", "no memory"]
    assert not target.exists() or target.stat().st_size == 0


ALONE = """
import resource, sys
from planner.imports.apart import read_apart
document = read_apart(sys.stdin.buffer.read())
print(document["outcome"], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_reading_stays_within_its_memory():
    """The largest of a process that has no child but the one that reads."""
    ended = subprocess.run(
        [sys.executable, "-c", ALONE], input=rows(20_000), capture_output=True, cwd=ROOT
    )

    outcome, kilobytes = ended.stdout.decode().split()
    assert outcome == "read"
    assert 10 * 1024 < int(kilobytes) < 200 * 1024


def test_all_seats_taken_is_a_sentence(monkeypatch):
    monkeypatch.setattr(apart, "WAIT", 0.01)
    for _ in range(apart.SEATS):
        apart._seats.acquire()
    try:
        assert refused(BRIEF) == "busy"
    finally:
        for _ in range(apart.SEATS):
            apart._seats.release()


def test_the_child_is_told_nothing_by_its_arguments(monkeypatch):
    seen = []
    run = subprocess.run

    def watched(command, **more):
        seen.append((command, more["env"]))
        return run(command, **more)

    monkeypatch.setattr(subprocess, "run", watched)
    read_apart((REPORTS / "report_encrypted.pdf").read_bytes(), password="123456")

    assert "123456" not in json.dumps(seen)
