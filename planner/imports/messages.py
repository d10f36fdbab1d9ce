"""Bill messages (短信): what is owed, the minimum and the day, of what banks and lenders send.

The class first, then figures, and only of the classes that have any. A sum in an offer is no bill;
a code is never given back; what asks to be paid through a link is never proposed. The text of a
message stands in no document. Amounts are text in yuan, dates ISO text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from planner.domain.values.money import MAX_FEN, divide_half_up, format_yuan
from planner.domain.values.rates import periodic_irr
from planner.imports.characters import joined, plain, seen

MOST_MESSAGES = 200
LONGEST = 1000  # characters of one message; six short messages joined have half of it

# --- One message, several ----------------------------------------------------------------------

_HEAD = re.compile(
    r"^###[ \t]*(\S{1,20})(?:[ \t]+(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?)?[ \t]*$"
)
_SENDER = re.compile(r"【[^】]{2,20}】|\[[^\]]{2,20}\]|-[\u4e00-\u9fff]{2,8}银行$")


@dataclass(frozen=True, slots=True)
class Came:
    """One message and when it came, as far as it is said."""

    id: str
    text: str
    on: date | None
    received: str | None


def parted(text: str, received: date | None = None) -> list[Came]:
    """One message or many: parted by lines "### number time", by empty lines, or by senders."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(_HEAD.match(line) for line in lines):
        return [*_by_heads(lines, received)][:MOST_MESSAGES]
    blocks: list[str] = []
    for block in re.split(r"\n[ \t\u3000]*\n", "\n".join(lines)):
        rows = [row for row in map(str.strip, block.split("\n")) if row]
        signed = [row for row in rows if _SENDER.search(plain(row))]
        blocks += rows if len(signed) == len(rows) > 1 else ["\n".join(rows)]
    said = None if received is None else received.isoformat()
    return [
        Came(f"{number:02d}", block, received, said)
        for number, block in enumerate((one for one in blocks if one), 1)
    ][:MOST_MESSAGES]


def _by_heads(lines: Sequence[str], received: date | None) -> Iterator[Came]:
    head: re.Match[str] | None = None
    held: list[str] = []

    def whole() -> Iterator[Came]:
        text = "\n".join(held).strip()
        if not text:
            return
        on, said = received, None if received is None else received.isoformat()
        if head is not None and head[2] and (told := _day_of(head[2])):
            on, said = told, f"{head[2]} {head[3]}" if head[3] else head[2]
        yield Came(head[1] if head else "00", text, on, said)

    for line in lines:
        if found := _HEAD.match(line):
            yield from whole()
            head, held = found, []
        else:
            held.append(line)
    yield from whole()


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- Who sends it ------------------------------------------------------------------------------

_NAMES = (
    *("兴业", "招商", "民生", "浦发", "光大", "平安", "中信", "广发", "工商", "建设", "农业"),
    *("交通", "华夏", "邮储", "北京", "上海", "江苏", "宁波", "浙商", "恒丰", "渤海", "南京"),
    "杭州",
)
_SHORT = {name: f"{name}银行" for name in _NAMES} | {
    "中行": "中国银行",
    "工行": "工商银行",
    "建行": "建设银行",
    "农行": "农业银行",
    "招行": "招商银行",
    "交行": "交通银行",
}
_BANKS = {
    **{bank: bank for bank in _SHORT.values()},
    **{f"中国{name}银行": f"{name}银行" for name in ("工商", "建设", "农业", "民生", "光大")},
    "上海浦东发展银行": "浦发银行",
    "邮政储蓄银行": "邮储银行",
    "中国邮政储蓄银行": "邮储银行",
}
_APPS = (
    # words in the text or the sender, the lender's name here, its product
    ("花呗", "花呗", "huabei"),
    ("借呗", "借呗", "jiebei"),
    ("微粒贷", "微粒贷", "weilidai"),
    ("招联", "招联金融", "zhaolian"),
)
_LONGEST_FIRST = "|".join(sorted(_SHORT, key=len, reverse=True))
_CARD_OF = re.compile(rf"(?:您的?)?({_LONGEST_FIRST})(?:个人)?信用卡")
# Traditional forms in the name of a sender whose own is written in simplified ones.
_STRANGE = re.compile(r"[銀貸還賬帳號額聯網總農業華興發廣東]")


def _lender(text: str) -> tuple[str | None, str | None]:
    """(name, product) of the sender, else of what the text speaks of; None: not known."""
    signs = [sign.strip("【】[]-") for sign in _SENDER.findall(text)]
    of_app = next((app for app in _APPS if any(app[0] in one for one in (*signs, text))), None)
    of_bank = next((_BANKS[sign] for sign in signs if sign in _BANKS), None)
    if of_bank is None and (found := _CARD_OF.search(text)):
        of_bank = _SHORT[found[1]]
    if of_bank is not None and not (of_app and of_app[0] in "".join(signs)):
        return of_bank, "credit_card" if re.search(r"信用卡|账单|卡", text) else None
    if of_app is not None:
        return of_app[1], of_app[2]
    whose = re.search(r"(?:您在|在)([\u4e00-\u9fff()]{4,30}?(?:公司|银行|金融))的", text)
    if whose:
        return whose[1], "consumer_loan" if "消费金融" in whose[1] else None
    if signs:
        is_bank = signs[0].endswith("银行") and re.search(r"信用卡|账单", text)
        return signs[0], "credit_card" if is_bank else None
    return None, None


# --- What it says ------------------------------------------------------------------------------

_SUM = r"(?:人民币|RMB|CNY|[¥￥])?"
_SUM += r"(?P<{}>(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})(?:\.\d{{1,2}})?)(?![\d.%月年期])元?"
_OFFER = re.compile(
    r"(?:其中)?"
    + _SUM.format("a")
    + r"(?:可申请|可办理|可)分期|可分期(?:金额)?(?:最高|为|:)*"
    + _SUM.format("b")
)
_LEAST = re.compile(r"最低(?:应还|还款|应还款)(?:金额|额)?(?:为|:)?" + _SUM.format("a"))
_BILL = re.compile(
    r"(?:账单(?:结欠)?(?:总计|总额|金额)?(?:应还|待还|欠款)?|应还(?:款)?(?:总额|金额|额)?|待还(?:金额)?|还款金额)"
    r"(?:为|:)?" + _SUM.format("a")
)
_OWED = re.compile(r"(?:已逾期|逾期(?:金额|本金)?|欠款|欠)(?:为|:)?" + _SUM.format("a"))
_PAID = re.compile(
    r"(?:还款|扣款|入账|到账|收到您的?还款)(?:成功)?(?:金额)?(?:为|:)?" + _SUM.format("a")
)
_ON = (
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    r"|(?P<iso>\d{4}[-/]\d{1,2}[-/]\d{1,2})|(?P<short>\d{1,2}/\d{1,2})"
    r"|(?P<word>今日|今天|明日|明天)|(?P<rel>本月|次月|下月)?(?P<only>\d{1,2})日"
)
_DUE = re.compile(rf"(?:到期还款日|最后还款日|最迟还款日|还款日期?|到期日)(?:为|是|:)?(?:{_ON})")
_DUE_BEFORE = re.compile(rf"(?:{_ON})(?:前|之前)?(?:应还|需还款|将扣款|自动扣款|到期)")
_STATEMENT = re.compile(r"(?P<month>\d{1,2})月(?:份)?(?:账单|应还)|(?P<word>本月|本期月|上月)账单")
_TAIL = re.compile(
    r"(?P<before>.{0,4})(?:尾号|末四位|后四位)(?:为|是|:)?\(?(?P<tail>\d{4})\)?(?P<after>.{0,6})"
)
_CARD_TAIL = re.compile(r"信用卡\(?(?P<tail>\d{4})\)?(?!\d|年)")
_DEBITED = re.compile(r"^的?(?:储蓄卡|借记卡|还款卡|银行卡|扣款卡)")
_LINK = re.compile(
    r"https?://|(?<![A-Za-z0-9.@-])(?:[a-zA-Z0-9-]{1,40}\.){1,4}[a-zA-Z]{2,10}(?:/\S{0,80})"
)
_THROUGH_LINK = re.compile(
    r"点击(?:下方|以下)?(?:链接|网址)|(?:打开|登录|进入|访问)(?:链接|网址)|链接(?:还款|处理|缴|支付)"
)
_PRIVATE = re.compile(
    r"(?:加|添加)(?:微信|QQ|客服微信)|(?:转账|汇款|转入|打款)(?:到|至|给)?.{0,8}?(?:个人|私人|专员|指定)账?户?"
    r"|(?:个人|私人)账户|扫码(?:还款|支付|转账)"
)
_PRESSURE = re.compile(
    r"(?:今日内|今天内|今日|立即|立刻|马上|24小时内|\d{1,2}点前).{0,12}?(?:不处理|未处理|还款|处理|缴)?"
    r".{0,12}?(?:上报征信|冻结|起诉|上门|报警|通讯录|立案|拘)"
)
_CODE = re.compile(r"验证码|校验码|动态码|动态密码|短信密码|verification code", re.IGNORECASE)
_MEDIATION = re.compile(r"调解|诉前|律师函|仲裁|法院|立案")
_COLLECTION = re.compile(r"催收|委外|委托.{0,6}(?:处置|清收)|已逾期|严重逾期|逾期.{0,12}尽快")
_FAILED = re.compile(r"(?:扣款|代扣|划扣|还款)(?:失败|未成功|不成功)")
_RECEIPT = re.compile(
    r"已(?:成功)?(?:还款|扣款|入账|结清|还清)(?!可|请|的)|(?:还款|扣款|代扣)(?:已)?成功|已收到您的?.{0,8}还款|感谢您的还款"
)
_ONLY_IF = re.compile(r"如已(?:还清|还款|结清)[^。]{0,12}|若已(?:还清|还款|结清)[^。]{0,12}")
_SPLIT = re.compile(
    r"分期(?:已办理|已生效|办理成功|申请成功|已成功)|(?:已|成功)(?:为您)?办理.{0,10}分期"
)
_ADVERT = re.compile(
    r"退订|回T|回TD|可借|可贷|预授信|提额|额度最高|最高.{0,8}额度|优惠|限时|手续费\d|折|权益|邀请您|可分期|专享"
)


def read_messages(text: str, received: date | None = None) -> dict[str, Any]:
    """The document of one message or many. `received`: the day of those that do not say theirs."""
    messages: list[dict[str, Any]] = []
    seen_before: dict[str, str] = {}
    for came in parted(text, received):
        message = read_message(came)
        key = plain(joined(seen(came.text)))
        if message["import"] and (twin := seen_before.setdefault(key, came.id)) != came.id:
            message |= {"import": False, "duplicate_of": twin}
        messages.append(message)
    return {
        "document": "messages",
        "outcome": "read",
        "messages": messages,
        "not_understood": sum(1 for one in messages if one["class"] == "not_understood"),
    }


def is_messages(text: str) -> bool:
    """Whether a text that is no report and no bill may be messages."""
    words = r"还款|应还|账单|信用卡|分期|欠款|逾期|借款|验证码|【[^】]{2,20}】"
    return re.search(words, plain(joined(seen(text)))) is not None


def read_message(came: Came) -> dict[str, Any]:
    text = plain(joined(seen(came.text)))[:LONGEST]
    message: dict[str, Any] = {
        "id": came.id, "class": "not_understood", "import": False, "lender": None, "product": None,
        "card_tail": None, "debit_card_tail": None, "statement_month": None, "currency": None,
        "amount": None, "minimum": None, "due_date": None, "overdue": False, "instalment": None,
        "flags": [], "received": came.received,
    }  # fmt: skip
    if _CODE.search(text):
        return message | {"class": "verification_code", "flags": ["secret"]}
    message["lender"], message["product"] = _lender(text)
    message["card_tail"], message["debit_card_tail"] = _tails(text)
    message["class"] = _class(text, message)
    _READERS[message["class"]](text, came, message)
    return message


def _class(text: str, message: Mapping[str, Any]) -> str:
    is_odd = _STRANGE.search("".join(_SENDER.findall(text)))
    has_link = bool(_LINK.search(text))
    asks_through_link = bool(_THROUGH_LINK.search(text)) or (has_link and _PRESSURE.search(text))
    if asks_through_link or _PRIVATE.search(text) or is_odd:
        return "phishing"
    if _MEDIATION.search(text):
        return "mediation"
    if _FAILED.search(text):
        return "debit_failed"
    if _RECEIPT.search(_ONLY_IF.sub("", text)):
        return "payment_receipt"
    if _SPLIT.search(text):
        return "instalment_confirmed"
    if _COLLECTION.search(text):
        return "collection"
    rest = _OFFER.sub("", _LEAST.sub("", text))
    has_day = bool(_DUE.search(text) or _DUE_BEFORE.search(text) or "今日应还" in text)
    if has_day and _BILL.search(rest):
        is_loan = message["product"] not in ("credit_card", "huabei", None)
        is_bill = "账单" in text or message["product"] == "credit_card"
        return "loan_due" if is_loan or not is_bill else "card_bill"
    if _ADVERT.search(text):
        return "advert"
    return "not_understood"


# --- Each class --------------------------------------------------------------------------------


def _amount(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    printed = next(value for value in found.groupdict().values() if value is not None)
    fen = Decimal(printed.replace(",", "")) * 100
    return format_yuan(int(fen)) if 0 <= fen <= MAX_FEN else None


def _bill(text: str, came: Came, message: dict[str, Any]) -> None:
    message["minimum"] = _amount(_LEAST.search(text))
    # The minimum stands before the bill in some, in the same words; an offer is no bill.
    rest = _OFFER.sub(";", _LEAST.sub(";", text))
    message["amount"] = _amount(_BILL.search(rest))
    message["currency"] = "CNY"
    message["statement_month"] = _statement_month(rest, came.on)
    message["due_date"] = _due(text, came.on)
    flags = message["flags"]
    if _LINK.search(text):
        flags.append("has_link")
    if _OFFER.search(text) or re.search(r"可(?:申请|办理)?分期", text):
        flags.append("instalment_offer")
    if re.search(r"自动扣款|(?:将|会)从.{0,30}扣款|系统将.{0,20}扣款", text):
        flags.append("auto_debit")
    if message["due_date"] is None and came.on is None:
        flags.append("ask_received")
    is_other_currency = re.search(r"美元|美金|USD|\$|外币|港币|欧元", rest)
    message["import"] = message["amount"] is not None and not is_other_currency
    if not message["import"]:
        message |= {"class": "not_understood", "amount": None, "minimum": None}


def _loan(text: str, came: Came, message: dict[str, Any]) -> None:
    _bill(text, came, message)
    principal = re.search(r"本金(?:为|:)?" + _SUM.format("a"), text)
    interest = re.search(r"利息(?:为|:)?" + _SUM.format("a"), text)
    if principal and interest:
        message["instalment"] = {
            "principal_due": _amount(principal),
            "interest_due": _amount(interest),
        }
    if found := re.search(r"(\d{1,2}:\d{2})前", text):
        message["cut_off"] = found[1]


def _split(text: str, came: Came, message: dict[str, Any]) -> None:
    def amount(words: str) -> str | None:
        return _amount(re.search(rf"{words}(?:为|:)?{_SUM.format('a')}", text))

    periods = re.search(r"分(\d{1,3})期|期数(?:为|:)?(\d{1,3})", text)
    count = int(periods[1] or periods[2]) if periods else 0
    principal = amount("(?<!期)本金") or amount("分期金额")
    rate = re.search(r"年化(?:利率)?(?:\([^)]{0,10}\))?(?:为|:)?(\d{1,3}(?:\.\d{1,4})?)%", text)
    instalment = {
        "principal": principal,
        "periods": count or None,
        "principal_per_period": amount("每期本金"),
        "fee_per_period": amount("每期(?:手续费|利息)"),
        "annual_rate_percent": rate[1] if rate else None,
        "first_statement_month": None,
    }
    if found := re.search(r"(?:首期|第一期)?(?:计入|入)(\d{1,2}|次|本)月账单", text):
        instalment["first_statement_month"] = _month(found[1], came.on, is_ahead=True)
    message["instalment"], message["currency"] = instalment, "CNY"
    message["import"] = bool(principal and count)
    each = [instalment["principal_per_period"], instalment["fee_per_period"]]
    if principal and 0 < count <= 120 and all(each):
        paid = sum(_fen(str(one)) for one in each)
        monthly = periodic_irr([_fen(principal), *[-paid] * count])
        if monthly is not None:
            message["internal_rate_percent"] = _percent(12 * monthly)


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _percent(rate: Fraction) -> str:
    """ "14.098": to three places."""
    thousandths = divide_half_up((100_000 * rate).numerator, (100_000 * rate).denominator)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


def _failed(text: str, came: Came, message: dict[str, Any]) -> None:
    message["amount"] = _amount(_BILL.search(text) or _OWED.search(text))
    message["currency"] = "CNY" if message["amount"] else None
    today = came.on if re.search("今日|今天", text) else None
    message["due_date"] = _due(text, came.on) or (today and today.isoformat())
    message["flags"].append("debit_failed")


def _receipt(text: str, came: Came, message: dict[str, Any]) -> None:
    message["amount"] = _amount(_PAID.search(text))
    message["currency"] = "CNY" if message["amount"] else None
    message["flags"].append("payment")


def _mediation(text: str, came: Came, message: dict[str, Any]) -> None:
    message["amount"] = _amount(_OWED.search(text))
    message["currency"] = "CNY" if message["amount"] else None
    message["flags"].append("check_real")
    message["overdue"] = "逾期" in text
    if found := re.search(r"(?:请于|于)(\d{1,2})月(\d{1,2})日(?:前|之前)", text):
        day = _nearest(int(found[1]), int(found[2]), came.on)
        message["reply_by"] = day and day.isoformat()


def _phishing(text: str, came: Came, message: dict[str, Any]) -> None:
    message["amount"] = _amount(_OWED.search(text) or _BILL.search(text))
    message["currency"] = "CNY" if message["amount"] else None
    message["overdue"] = "逾期" in text
    signs = {
        "pay_by_link": _THROUGH_LINK.search(text) or _LINK.search(text),
        "pay_to_person": _PRIVATE.search(text),
        "pressure": _PRESSURE.search(text),
        "odd_characters": _STRANGE.search("".join(_SENDER.findall(text))),
        "no_tail": message["card_tail"] is None and message["debit_card_tail"] is None,
    }
    message["flags"] += [name for name, is_there in signs.items() if is_there]


def _advert(text: str, came: Came, message: dict[str, Any]) -> None:
    if "分期" in text:
        message["flags"].append("instalment_offer")


def _nothing(text: str, came: Came, message: dict[str, Any]) -> None:
    """An honest "not understood"."""


_READERS = {
    "card_bill": _bill,
    "loan_due": _loan,
    "instalment_confirmed": _split,
    "debit_failed": _failed,
    "payment_receipt": _receipt,
    "mediation": _mediation,
    "collection": _mediation,
    "phishing": _phishing,
    "advert": _advert,
    "not_understood": _nothing,
}


# --- Days and tails ----------------------------------------------------------------------------


def _tails(text: str) -> tuple[str | None, str | None]:
    """(of the card that is owed, of the account that is debited)."""
    owed = debited = None
    for found in _TAIL.finditer(text):
        if _DEBITED.match(found["after"]) or re.search(
            r"(?:从|存入|扣)[^。,]{0,3}$", found["before"]
        ):
            debited = debited or found["tail"]
        else:
            owed = owed or found["tail"]
    if owed is None and (card := _CARD_TAIL.search(text)):
        owed = card["tail"]
    return owed, debited


def _due(text: str, on: date | None) -> str | None:
    found = _DUE.search(text) or _DUE_BEFORE.search(text)
    if found is None:
        return None
    day = _told_day(found, on)
    return None if day is None else day.isoformat()


def _told_day(found: re.Match[str], on: date | None) -> date | None:
    told = found.groupdict()
    if told["iso"]:
        return _a_day(*[int(part) for part in re.split("[-/]", told["iso"])])
    if told["year"]:
        return _a_day(int(told["year"]), int(told["month"]), int(told["day"]))
    if on is None:
        return None
    if told["word"]:
        return on if told["word"] in ("今日", "今天") else on + timedelta(days=1)
    if told["only"]:
        return _of_month(int(told["only"]), told["rel"], on)
    month, day = told["short"].split("/") if told["short"] else (told["month"], told["day"])
    return _nearest(int(month), int(day), on)


def _of_month(day: int, which: str | None, on: date) -> date | None:
    """Day 26 of this month, of the next, or the first one from the receipt on."""
    this, following = (on.year, on.month), (on.year + on.month // 12, on.month % 12 + 1)
    if which is None:
        first = _a_day(*this, day)
        return first if first is not None and first >= on else _a_day(*following, day)
    return _a_day(*(this if which == "本月" else following), day)


def _nearest(month: int, day: int, on: date | None) -> date | None:
    """The day whose year is not said: the one nearest to the receipt."""
    if on is None:
        return None
    days = [_a_day(on.year + years, month, day) for years in (-1, 0, 1)]
    return min((one for one in days if one), key=lambda one: abs(one - on), default=None)


def _a_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _statement_month(text: str, on: date | None) -> str | None:
    found = _STATEMENT.search(text)
    if found is None:
        return None
    if found["word"]:
        return _month("本" if found["word"] == "本月" else "上", on)
    return _month(str(found["month"]), on)


def _month(told: str, on: date | None, *, is_ahead: bool = False) -> str | None:
    """ "2026-12" of "12", "本" (this), "次" (the next), "上" (the last); None without a receipt."""
    if on is None:
        return None
    now = 12 * on.year + on.month - 1
    if told in ("本", "次", "上"):
        at = now + {"本": 0, "次": 1, "上": -1}[told]
    else:
        number = int(told)
        if not 1 <= number <= 12:
            return None
        choices = [12 * (on.year + years) + number - 1 for years in (-1, 0, 1)]
        at = min(choices, key=lambda one: (abs(one - now), one < now if is_ahead else one > now))
    return f"{at // 12:04d}-{at % 12 + 1:02d}"
