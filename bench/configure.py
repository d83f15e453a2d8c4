"""Configure and price one bid, against a gRPC call that does nothing, over the same connection."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, medians_ms
from bench.installations import running
from bidwright.v1.access_pb2 import GetCallerRequest
from bidwright.v1.configuration_pb2 import CommercialTerms
from bidwright.v1.configurator_pb2 import ConfigureRequest
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest

# About twice what was measured first: a target is there to be missed when something gets slow.
TARGETS = {"web_hosting": 250.0, "business_application": 500.0, "groupware": 550.0}
PRICE_TARGET = 15.0


def run(*, quick: bool) -> Iterator[Figure]:
    """Measure each offering of the shipped portfolio with its default needs."""
    rounds = 5 if quick else 25
    terms = CommercialTerms(term_months=36)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as installation,
        installation.client() as client,
    ):

        def nothing() -> None:
            client.access.GetCaller(GetCallerRequest())

        for offering, target in TARGETS.items():
            request = ConfigureRequest(
                portfolio="portfolios/managed_hosting", offering=offering, market="DE", terms=terms
            )
            chosen = client.configurator.Configure(request).solution.configuration
            priced = PriceConfigurationRequest(configuration=chosen, terms=terms)

            def both(request: ConfigureRequest = request, priced: PriceConfigurationRequest = priced) -> None:
                client.configurator.Configure(request)
                client.pricing.PriceConfiguration(priced)

            def price_only(priced: PriceConfigurationRequest = priced) -> None:
                client.pricing.PriceConfiguration(priced)

            ours, floor = medians_ms(both, nothing, rounds)
            yield Figure(bench=f"configure+price {offering}", ours=ours, floor=floor, unit="ms", target=target)
            ours, floor = medians_ms(price_only, nothing, rounds)
            yield Figure(bench=f"price {offering}", ours=ours, floor=floor, unit="ms", target=PRICE_TARGET)
