"""A cart: prices in cents, so that nothing is lost to rounding."""

from __future__ import annotations


def total(prices: list[int], *, discount_percent: int = 0) -> int:
    """What a cart costs, in cents. Raises ValueError for a discount that is no percentage."""
    if not 0 <= discount_percent <= 100:
        raise ValueError(f"a discount of {discount_percent} %")
    return sum(prices) * (100 - discount_percent) // 100
