"""What reading costs: `make bench`, or python benchmarks/bench_imports.py.

Each file is read by a child process, as on the page; processor time and the most memory it held,
the median of three. The report is printed here, with text on its pages.
"""

import subprocess
import sys
from datetime import date
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planner.imports import apart
from planner.imports.apart import read_apart
from planner.imports.report import read_report
from tests.imports.expected import BILLS, REPORTS, differences, expected
from tests.imports.generate import Made, Printing, pages_of

ROUNDS = 3
PRINTING = Printing(
    width=38, lines=44, has_zeros=True, has_commas=True, is_full_width=False, has_footers=True,
    dot=".",
)  # fmt: skip


def measured(content: bytes) -> tuple[float, float, dict]:
    """(processor seconds, megabytes, the document) of one reading."""
    program = (
        "import resource, subprocess, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from planner.imports.apart import read_apart\n"
        "found = read_apart(sys.stdin.buffer.read())\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    )
    spent, held = [], []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", program, str(apart.ROOT)],
            input=content, capture_output=True, check=True,
        )  # fmt: skip
        seconds, megabytes = map(float, done.stdout.split())
        spent.append(seconds)
        held.append(megabytes)
    return median(spent), median(held), read_apart(content)


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


def fifty_thousand_rows() -> bytes:
    text = (BILLS / "alipay_v2_2026_gb18030.csv").read_bytes().decode("gb18030")
    head, rows = text.split("2026-10-28 10:05:11", 1)
    lines = ("2026-10-28 10:05:11" + rows).split("\n")[:14]
    made = [
        lines[number % 14]
        .replace("2026102", f"{number:07d}", 1)
        .replace("2026101", f"{number:07d}")
        for number in range(50_000)
    ]
    return (head + "\n".join(made) + "\n").encode("gb18030")


def main() -> None:
    seconds, megabytes, found = measured(sixty_accounts())
    read = sum(rows["accounts"]["read"] for rows in found["counts"].values())
    print(f"report of 60 accounts: {read} read, {seconds:.2f} s, {megabytes:.0f} MB")
    content = fifty_thousand_rows()
    seconds, megabytes, found = measured(content)
    rows = found.get("rows", found.get("why"))
    print(f"bill of 50,000 rows ({len(content) / 2**20:.1f} MB): {rows}, {seconds:.2f} s, "
          f"{megabytes:.0f} MB")  # fmt: skip
    wrong = 0
    for name in ("report_brief", "report_brief_app", "report_truncated"):
        document = read_apart((REPORTS / f"{name}.pdf").read_bytes())
        wrong += len([*differences(expected(name)["proposed"], document["proposed"])])
    print(f"wrong figures in the reports that are kept: {wrong}")


if __name__ == "__main__":
    main()
