"""A checked offer as a table for a terminal."""

from django.utils.translation import gettext as _

from planner.domain.offers.beside import Beside
from planner.domain.offers.check import OfferCheck
from planner.domain.values.money import format_yuan
from planner.words.figures import Amounts
from planner.words.language import one_line, spoken
from planner.words.names import certainty_word
from planner.words.offers import (
    beside_lines,
    finding_words,
    headline,
    rate_words,
    why_sites_differ,
)


def offer_table(check: OfferCheck, beside: Beside | None) -> str:
    amounts, as_of = Amounts(), check.offer.received_on
    colon = _(": ")
    lines = [headline(check), ""]
    rows = [
        (_("True yearly rate"), rate_words(check.rates.nominal)),
        (_("With interest on interest"), rate_words(check.rates.effective)),
        (_("By days"), rate_words(check.rates.by_days)),
    ]
    if check.form_rate is not None:
        rows.append((_("Sum of the items, as the form has it"), rate_words(check.form_rate)))
    rows += [
        (_("All payments together"), format_yuan(check.offer.total_fen)),
        (_("Interest and fees"), format_yuan(check.cost_fen)),
    ]
    lines += [f"{name}{colon}{value}" for name, value in rows]
    for one in check.ceilings:
        limit = rate_words(one.rate) if one.rate is not None else _("unknown")
        sure = certainty_word(one.ceiling.certainty)
        lines.append(
            _("Limit for {lender}: {rate} ({certainty})").format(
                lender=spoken(one.ceiling.lender), rate=limit, certainty=sure
            )
        )
    findings = list(check.findings)
    names = {}
    if beside is not None:
        names = {one.id: one_line(one.name) for one in beside.plan.household.debts}
        as_of = beside.plan.as_of
        lines += ["", _("Beside staying as it is")]
        lines += [
            f"{name}{colon}{stay} → {taken}" for name, stay, taken in beside_lines(beside, amounts)
        ]
        findings = [*beside.findings, *findings]
    lines.append("")
    lines += [f"· {finding_words(one, amounts, as_of, names)}" for one in findings]
    lines += ["", why_sites_differ(), ""]
    return "\n".join(lines)
