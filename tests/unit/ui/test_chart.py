"""Bars of the small chart: whole pixels, zero between money in and money out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from smena.ui.chart import HEIGHT, bars

DAYS = [date(2026, 3, day) for day in (1, 2, 3, 4)]


def test_the_highest_bar_is_as_high_as_the_chart_and_every_sum_is_seen() -> None:
    chart = bars(list(zip(DAYS, (Decimal("1000.00"), Decimal("500.00"), Decimal("0.01"), None), strict=True)))
    assert [bar.height for bar in chart.bars] == [HEIGHT, HEIGHT // 2, 1, 0]
    assert all(bar.y + bar.height == chart.zero == HEIGHT for bar in chart.bars)
    assert [bar.amount for bar in chart.bars][-1] is None


def test_money_out_is_below_zero() -> None:
    chart = bars(list(zip(DAYS[:2], (Decimal(300), Decimal(-100)), strict=True)))
    came, went = chart.bars
    assert chart.zero == HEIGHT * 3 // 4
    assert (came.y, came.height, came.is_below) == (0, chart.zero, False)
    assert (went.y, went.height, went.is_below) == (chart.zero, HEIGHT // 4, True)


def test_without_sums_nothing_is_drawn() -> None:
    assert bars([]).bars == ()
    assert [bar.height for bar in bars([(DAYS[0], Decimal(0)), (DAYS[1], None)]).bars] == [0, 0]
