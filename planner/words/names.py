"""What codes are called: ways, certainties, rungs, events, accounts, contracts."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from planner.domain.plan.plan import Plan
from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.questions import Answered
from planner.domain.rulebook.rule_files import Fact, Figure
from planner.words.language import one_line, spoken

CERTAINTY_WORDS = {
    "contract": pgettext_lazy("certainty", "contract"),
    "regulation": pgettext_lazy("certainty", "regulation"),
    "retold": pgettext_lazy("certainty", "as retold"),
    "practice": pgettext_lazy("certainty", "common practice"),
    "reported": pgettext_lazy("certainty", "reported online"),
    None: pgettext_lazy("certainty", "own entry"),
}


def names_of(plan: Plan) -> Mapping[str, str]:
    """Debt id → the name to show."""
    return {debt.id: one_line(debt.name) or debt.id for debt in plan.household.debts}


def account_names_of(plan: Plan) -> Mapping[str, str]:
    return {one.id: one_line(one.name) or one.id for one in plan.household.accounts}


def strategy_name(strategy: str) -> str:
    return {
        "minimum": pgettext("strategy", "Only what is required"),
        "avalanche": pgettext("strategy", "Highest interest first"),
        "snowball": pgettext("strategy", "Smallest debt first"),
        "custom": pgettext("strategy", "Own order"),
        "optimal": pgettext("strategy", "Optimum"),
    }[strategy]


def certainty_word(certainty: str | None) -> str:
    return str(CERTAINTY_WORDS[certainty])


def fact_certainty(fact: Fact | Figure | Answered) -> str:
    """How sure it is, or that nothing was found."""
    return certainty_word(fact.certainty) if fact.is_known else _("unknown")


def name_of_rung(rung: Rung) -> str:
    return spoken(rung.names) or rung.id


def rung_words(rung: Rung) -> str:
    """The name of a rung and how sure it is."""
    return _("{what} ({certainty})").format(
        what=name_of_rung(rung), certainty=certainty_word(rung.certainty)
    )


# By who acts: what a person would say has happened.
GROUPS = (
    (
        gettext_lazy("The lender or a collector"),
        {
            "report_notice": gettext_lazy("I was told that a negative record will be filed"),
            "payment_limited": gettext_lazy("Some payment functions were limited"),
            "related_products_off": gettext_lazy("Other credit of the platform was switched off"),
            "third_party_contact": gettext_lazy("Somebody else was contacted"),
            "contact": gettext_lazy("The lender called, wrote or came in person"),
            "outsourced": gettext_lazy("An outside agency took the debt over"),
            "acceleration": gettext_lazy("Notice demanding the full balance now"),
            "second_demand": gettext_lazy("The card's second effective demand reached me"),
            "demanded": gettext_lazy("The last demand, deduction, payment or promise to pay"),
        },
    ),
    (
        gettext_lazy("A court"),
        {
            "pre_mediation": gettext_lazy("I was invited to mediation before a suit"),
            "preservation": gettext_lazy("An account was frozen before judgment"),
            "payment_order": gettext_lazy("I received a payment order"),
            "summons": gettext_lazy("I received the claim and a summons"),
            "judgment": gettext_lazy("I received the judgment"),
            "judgment_due": gettext_lazy("Last day to pay, in the judgment or settlement"),
            "enforcement_notice": gettext_lazy("I received an enforcement notice"),
            "asset_report": gettext_lazy("I received an order to report my assets"),
            "account_frozen": gettext_lazy("The court froze an account"),
            "wages_taken": gettext_lazy("The court began to take part of my income"),
            "property_sealed": gettext_lazy("The court sealed property"),
            "auction": gettext_lazy("The home is to be auctioned"),
            "consumption_limit": gettext_lazy("The court limited my spending"),
            "dishonest_list": gettext_lazy("I was put on the list of dishonest debtors"),
        },
    ),
    (
        gettext_lazy("What I did"),
        {
            "objection": gettext_lazy("I objected to an entry in my credit record"),
            "settled": gettext_lazy("I settled this debt in full"),
        },
    ),
)
LABELS = {rung: label for _title, labels in GROUPS for rung, label in labels.items()}


def event_name(rung: Rung) -> str:
    """What has happened; the rung's own name where it is one of the person's ladder."""
    return str(LABELS.get(rung.id) or spoken(rung.names) or rung.id)


KINDS = [
    ("debit_card", gettext_lazy("Bank card")),
    ("alipay_balance", gettext_lazy("Alipay balance")),
    ("yuebao", gettext_lazy("Yu'ebao")),
    ("wechat_balance", gettext_lazy("WeChat balance")),
    ("cash", gettext_lazy("Cash")),
    ("other", gettext_lazy("Something else")),
]

CONTRACTS = {
    "revolving": (
        gettext_lazy("A bill each month"),
        gettext_lazy("Other cards and monthly payment apps"),
    ),
    "instalment": (
        gettext_lazy("Fixed instalments"),
        gettext_lazy("Other loans, bill instalments"),
    ),
    "open": (gettext_lazy("No fixed schedule"), gettext_lazy("Overdrafts, student loans")),
}
