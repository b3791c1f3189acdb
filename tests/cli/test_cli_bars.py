from __future__ import annotations

from newsarchive.cli.bars import bars, curve


def test_the_largest_value_fills_the_width_and_none_is_lost() -> None:
    assert bars([1000, 500, 1, 0], 10) == ["█" * 10, "█" * 5, "▏", ""]


def test_parts_of_a_column_are_drawn_in_eighths() -> None:
    assert bars([8, 7, 4], 1) == ["█", "▉", "▌"]


def test_plain_bars_are_whole_columns() -> None:
    assert bars([10, 5, 1, 0], 4, plain=True) == ["####", "##", "#", ""]


def test_no_values_have_no_bars() -> None:
    assert (bars([], 10), bars([0, 0], 10), curve([]), curve([0, 0])) == ([], ["", ""], "", "  ")


def test_a_curve_has_a_block_a_value_and_zero_is_none() -> None:
    assert curve([0, 1, 50, 100]) == " ▁▄█"
