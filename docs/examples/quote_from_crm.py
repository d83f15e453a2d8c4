"""What a CRM system does: needs in, quote out, and the conflict in words where there is none.

Usage: python quote_from_crm.py SETTINGS USERS [BUDGET], with the settings file of `bid` (address and key).
"""

from __future__ import annotations

import sys
from pathlib import Path

from bidwright.clients.cli.settings import load_profile
from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.v1.configuration_pb2 import CommercialTerms, NeedAnswer
from bidwright.v1.configurator_pb2 import ConfigureRequest
from bidwright.v1.quote_pb2 import Customer, Signatory
from bidwright.v1.quoting_pb2 import CreateQuoteRequest, SignQuoteRequest

TERMS = CommercialTerms(term_months=36)


def main(settings: str, users: str, budget: str = "") -> int:
    """Make a draft; 3 where nothing valid meets the needs."""
    profile = load_profile(Path(settings), "default")
    with Bidwright(profile.address, profile.key, tls=profile.tls) as bidwright:
        request = ConfigureRequest(
            portfolio="portfolios/managed_hosting",
            offering="web_hosting",
            market="DE",
            needs=[NeedAnswer(name="users", integer=int(users)), NeedAnswer(name="site_title", text="Bread & Butter")],
            terms=TERMS,
        )
        if budget:
            request.budget.monthly.currency_code = "EUR"
            request.budget.monthly.units = int(budget)
        answer = bidwright.configurator.Configure(request)
        if answer.WhichOneof("outcome") == "conflict":
            print(f"Nothing valid: {answer.conflict.summary}")
            return 3
        quote = bidwright.quoting.CreateQuote(
            CreateQuoteRequest(
                # The customer record of the CRM; its own id makes the quote findable there.
                customer=Customer(display_name="Example Bakeries Ltd", reference="CRM-4711"),
                configuration=answer.solution.configuration,
                terms=TERMS,
            )
        )
        monthly = quote.offer.price.totals.monthly
        print(f"{quote.name}: {monthly.units}.{monthly.nanos // 10**7:02d} {monthly.currency_code} a month")
        try:  # a draft cannot be signed: see how a refusal looks
            bidwright.quoting.SignQuote(
                SignQuoteRequest(
                    name=quote.name, signatory=Signatory(display_name="Ada"), offer_digest=quote.offer_digest
                )
            )
        except RequestRefused as refusal:
            # Programs decide by the reason, people read message and fix.
            print(f"{refusal.code.name} {refusal.reason}: {refusal.message}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
