"""What reading costs: `make bench`, or python benchmarks/bench_imports.py.

Each file is read by a child process, as on the page; processor time and the most memory it held,
the median of three. The report is printed here, with text on its pages.
"""

import io
import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import openpyxl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planner.imports import apart
from planner.imports.apart import read_apart
from planner.imports.report import read_report
from tests.imports.expected import BILLS, REPORTS, differences, expected
from tests.imports.generate import Made, Printing, pages_of

ROUNDS = 3
HEAD = 18  # rows of the workbook above the payments
PRINTING = Printing(
    width=38, lines=44, has_zeros=True, has_commas=True, is_full_width=False, has_footers=True,
    dot=".", has_old_titles=False,
)  # fmt: skip


def measured(content: bytes) -> tuple[float, float, dict]:
    """(processor seconds, megabytes, the document) of one reading."""
    program = (
        "import json, resource, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from planner.imports.apart import read_apart\n"
        "found = read_apart(sys.stdin.buffer.read())\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "spent = [used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]\n"
        "print(json.dumps([*spent, found]))\n"
    )
    spent, held = [], []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", program, str(apart.ROOT)],
            input=content, capture_output=True, check=True,
        )  # fmt: skip
        seconds, megabytes, found = json.loads(done.stdout)
        spent.append(seconds)
        held.append(megabytes)
    return median(spent), median(held), found


def sixty_accounts() -> bytes:
    made = [
        Made(
            kind=("card", "loan", "line")[number % 3], lender="示例银行股份有限公司",
            opened=date(2020, 1 + number % 12, 1 + number % 28), as_of=date(2026, 10, 1),
            amount=50_000, yuan=1_000 + number, purpose="其他个人消费贷款", was_overdue=False,
            months=0, now="", is_foreign=False, tail=f"{number:04d}",
        )
        for number in range(60)
    ]  # fmt: skip
    made.sort(key=lambda one: one.section)
    pages = pages_of(made, PRINTING)
    assert read_report(pages)["missing_accounts"] == 0
    return pdf_of(pages)


def pdf_of(pages: list[str]) -> bytes:
    """A PDF whose characters are their own codes, with no font: PDFium maps them back."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>] >>"
    )
    objects.append(font)
    kids = []
    for page in pages:
        lines = [
            b"BT /F1 9 Tf 40 %d Td <%s> Tj ET"
            % (800 - 17 * row, line.encode("utf-16-be").hex().encode())
            for row, line in enumerate(page.splitlines())
        ]
        stream = b"\n".join(lines)
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
            b"<< /Font << /F1 3 0 R >> >> >>" % (len(objects) + 2)
        )
        objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids), b" ".join(b"%d 0 R" % kid for kid in kids),
    )  # fmt: skip
    held, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(held))
        held += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return held + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\n" % (
        len(objects) + 1, table, len(objects) + 1,
    ) + b"startxref\n%d\n%%%%EOF" % len(held)  # fmt: skip


ROWS = 50_000
LAST = datetime(2026, 10, 31, 23, 50)
SHOPS = 3_000  # names, of which each comes again


def moment(number: int) -> datetime:
    """Of the row so many after the last: twelve months, newest first, all of them different."""
    return LAST - timedelta(minutes=10 * number)


def alipay_rows(count: int = ROWS) -> bytes:
    """The rows of the file that is kept, each with a time, number, shop and amount of its own."""
    text = (BILLS / "alipay_v2_2026_gb18030.csv").read_bytes().decode("gb18030")
    head, rows = text.split("2026-10-28 10:05:11", 1)
    kept = [line.split(",") for line in ("2026-10-28 10:05:11" + rows).split("\n")[:14]]
    made = []
    for number in range(count):
        cells = list(kept[number % len(kept)])
        cells[0] = f"{moment(number):%Y-%m-%d %H:%M:%S}"
        cells[2] += str(number % SHOPS) if "示例" in cells[2] else ""
        cells[4] += str(number)
        cells[6] = f"{1 + number % 900}.{number % 100:02d}"
        cells[9] = f"{moment(number):%Y%m%d}{number:024d}\t"
        made.append(",".join(cells))
    return (head + "\n".join(made) + "\n").encode("gb18030")


def wechat_rows(count: int = ROWS) -> bytes:
    """The same of a workbook."""
    kept = openpyxl.load_workbook(BILLS / "wechat_2026.xlsx").active
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    rows = [list(row) for row in kept.iter_rows(values_only=True)]
    for row in rows[:HEAD]:
        sheet.append(row)
    for number in range(count):
        cells = list(rows[HEAD + number % (len(rows) - HEAD)])
        cells[0] = (moment(number) - datetime(1899, 12, 30)) / timedelta(days=1)
        cells[2] += str(number % SHOPS) if cells[2].startswith("示例") else ""
        cells[3] = f"{cells[3]}{number}"
        cells[5] = (100 * (1 + number % 900) + number % 100) / 100
        cells[8] = f"{number:028d}"
        sheet.append(cells)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def tell_bill(name: str, content: bytes) -> None:
    seconds, megabytes, found = measured(content)
    rows = found.get("rows", found.get("why"))
    print(f"{name} of {ROWS} rows ({len(content) / 2**20:.1f} MB): {rows}, "
          f"{found.get('duplicates')} twice, {seconds:.2f} s, {megabytes:.0f} MB")  # fmt: skip


def main() -> None:
    seconds, megabytes, found = measured(sixty_accounts())
    read = sum(rows["accounts"]["read"] for rows in found["counts"].values())
    print(f"report of 60 accounts: {read} read, {seconds:.2f} s, {megabytes:.0f} MB")
    tell_bill("Alipay bill", alipay_rows())
    tell_bill("WeChat workbook", wechat_rows())
    wrong = 0
    for name in ("report_brief", "report_brief_app", "report_truncated"):
        document = read_apart((REPORTS / f"{name}.pdf").read_bytes())
        wrong += len([*differences(expected(name)["proposed"], document["proposed"])])
    print(f"wrong figures in the reports that are kept: {wrong}")


if __name__ == "__main__":
    main()
