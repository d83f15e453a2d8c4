from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from hypothesis import given
from hypothesis import strategies as st

from bidwright.catalog.amount_messages import amount_of, decimal_message, decimal_of, money
from bidwright.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("amount", "units", "nanos"),
    [
        ("0", 0, 0),  # nothing
        ("12.50", 12, 500_000_000),  # an ordinary amount
        ("-0.01", 0, -10_000_000),  # below one unit the sign is in the nanos
        ("-3.000000001", -3, -1),  # the smallest fraction
        ("9223372036854775807.999999999", 2**63 - 1, 999_999_999),  # the largest amount there is
    ],
)
def test_amounts_are_written_and_read_exactly(amount: str, units: int, nanos: int) -> None:
    message = money(Decimal(amount), "EUR")
    assert (message.currency_code, message.units, message.nanos) == ("EUR", units, nanos)
    assert amount_of(message) == Decimal(amount)


@given(st.integers(-(10**27), 10**27))
def test_every_amount_survives_the_wire(nanos: int) -> None:
    amount = Decimal(nanos).scaleb(-9)
    assert amount_of(Money.FromString(money(amount, "GBP").SerializeToString())) == amount


def test_an_amount_too_large_for_the_wire_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        money(Decimal(2) ** 63, "EUR")
    assert refused.value.reason == "AMOUNT_TOO_LARGE"


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (Money(units=1), "'' is not a currency code"),
        (Money(currency_code="eur", units=1), "'eur' is not a currency code"),
        (Money(currency_code="USD", units=1), "USD is not the currency of this market"),
        (Money(currency_code="EUR", units=1, nanos=-1), "units 1 and nanos -1 have different signs"),
        (Money(currency_code="EUR", units=-1, nanos=1), "units -1 and nanos 1 have different signs"),
        (Money(currency_code="EUR", nanos=1_000_000_000), "1000000000 is out of range"),
    ],
)
def test_malformed_amounts_are_refused_with_their_place(message: Money, what: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        amount_of(message, where="material_cost", currency="EUR")
    (fault,) = refused.value.faults
    assert fault.where.startswith("material_cost")
    assert fault.what == what


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", "1000"), ("-0.0", "0"), ("12.500", "12.5"), ("1E-9", "0.000000001")],
)
def test_numbers_are_written_without_exponent_and_trailing_zeros(number: str, text: str) -> None:
    assert decimal_message(Decimal(number)).value == text


def test_an_empty_number_is_zero() -> None:
    assert decimal_of(DecimalMessage(), where="discount") == 0


@pytest.mark.parametrize(
    "text", ["NaN", "-NaN", "Infinity", "1e5", "1,5", " 1", "1.", ".5", "+1", "0x1", "\u0661", "1_0", "-"]
)
def test_anything_but_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decimal_of(DecimalMessage(value=text), where="terms.discount")
    assert refused.value.faults[0].where == "terms.discount"
    assert repr(text) in refused.value.message
