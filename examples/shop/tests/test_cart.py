"""The cart adds up."""

import pytest

from shop.cart import total


def test_an_empty_cart_costs_nothing() -> None:
    assert total([]) == 0


def test_a_discount_is_taken_off_the_sum() -> None:
    assert total([1000, 500], discount_percent=10) == 1350


def test_more_than_everything_cannot_be_taken_off() -> None:
    with pytest.raises(ValueError, match="101 %"):
        total([1], discount_percent=101)
