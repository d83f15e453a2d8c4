"""Values of enums of the contract are told in words."""

from __future__ import annotations

from bidwright.core.enum_words import enum_word, spoken
from bidwright.v1.configuration_pb2 import CHARGE_ONE_TIME, Charge
from bidwright.v1.quote_pb2 import QUOTE_STATE_IN_APPROVAL, QUOTE_STATE_UNSPECIFIED, QuoteState


def test_a_value_is_told_without_what_all_values_of_its_enum_begin_with() -> None:
    assert enum_word(QuoteState, QUOTE_STATE_IN_APPROVAL) == "in_approval"
    assert enum_word(Charge, CHARGE_ONE_TIME) == "one_time"


def test_people_say_it_in_words_of_their_own() -> None:
    assert spoken(QuoteState, QUOTE_STATE_IN_APPROVAL) == "in approval"


def test_what_is_not_stated_is_told_as_that() -> None:
    assert spoken(QuoteState, QUOTE_STATE_UNSPECIFIED) == "unspecified"
