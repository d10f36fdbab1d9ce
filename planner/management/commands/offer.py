"""manage.py offer: what a lender offers, checked. Needs no database and no secret."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from planner.domain.household.household import read_household
from planner.domain.household.limits import MAX_BYTES
from planner.domain.ledger.replay import PaymentRefused
from planner.domain.offers.beside import Beside, OfferRefused, beside_document, lay_beside
from planner.domain.offers.check import check_document, check_offer
from planner.domain.offers.offer import LenderOffer, read_offer
from planner.domain.values.money import format_yuan
from planner.domain.values.reading import InvalidDocument
from planner.exports.offers import offer_table
from planner.management.documents import DocumentCommand, locale_language
from planner.words.language import speaking
from planner.words.offers import refused_words


class Command(DocumentCommand):
    help = "Check what a lender offers: its true yearly rate, what it costs, which limits apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a repayment-offer document; - reads standard input")
        parser.add_argument("--format", choices=("json", "table"), default="table")
        parser.add_argument("--household", help="a household document to lay it over")
        parser.add_argument("--debt", help="the id of the debt that the offer is about")

    def handle(self, *, file: str, household: str | None, debt: str | None, **options: Any) -> None:
        with speaking(locale_language(os.environ)):
            if (household is None) != (debt is None):
                self.fail("--household and --debt belong together")
            try:
                offer = read_offer(self.read_bytes(file, MAX_BYTES))
                beside = self._beside(offer, household, debt) if household and debt else None
            except InvalidDocument as invalid:
                self.fail_document(invalid)
            check = check_offer(offer)
            if options["format"] == "json":
                answer = check_document(check)
                if beside is not None:
                    answer["beside"] = beside_document(beside)
                text = json.dumps(answer, ensure_ascii=False, indent=1) + "\n"
            else:
                text = offer_table(check, beside)
            self.write_out(text.encode(), is_text=options["format"] == "table")

    def _beside(self, offer: LenderOffer, file: str, debt: str) -> Beside:
        household = read_household(self.read_bytes(file, MAX_BYTES))
        try:
            return lay_beside(household, debt, offer)
        except OfferRefused as refused:
            self.fail(refused_words(refused))
        except PaymentRefused as refused:
            most = format_yuan(refused.most_fen)
            self.fail(f"history: found {refused.entry}, expected at most {most}")
