"""Charts: figures become places that keep their order, their proportions and their limits."""

from __future__ import annotations

import pytest

from inventory.core.charts import Bullet, Datum, bars, bullets, parts, round_step, sparkline, toned

AGES = [Datum(str(age), value) for age, value in enumerate((40, 80, 20, 0))]


def test_the_highest_bar_fills_the_plot_and_the_others_keep_their_proportion():
    chart = bars(AGES, height=200)
    heights = [bar.height for bar in chart.bars]
    assert heights[1] == chart.baseline - 26
    assert heights[0] == pytest.approx(heights[1] / 2)
    assert heights[2] == pytest.approx(heights[1] / 4)


def test_bars_stand_on_the_base_line():
    chart = bars(AGES)
    assert all(bar.y + bar.height == pytest.approx(chart.baseline) for bar in chart.bars)


def test_a_small_count_beside_a_large_one_is_still_seen():
    small = bars([Datum("0", 100_000), Datum("1", 1)]).bars[1]
    assert small.height == 2


def test_nothing_is_drawn_for_a_count_of_nothing():
    assert bars(AGES).bars[3].height == 0
    assert bars([Datum("0", 0)]).bars[0].height == 0


def test_a_chart_without_figures_is_empty_and_does_not_fail():
    chart = bars([], limit_after=6)
    assert (chart.bars, chart.lines, chart.limit) == ((), (), None)


def test_bars_share_the_width_from_left_to_right():
    chart = bars(AGES)
    assert [bar.slot_x for bar in chart.bars] == ["0%", "25%", "50%", "75%"]
    assert {bar.slot_width for bar in chart.bars} == {"25%"}


def test_unknown_ages_stand_apart_at_the_end():
    chart = bars(AGES[:2], unknown=Datum("unknown", 5, tone="unknown"))
    places = [float(bar.slot_x.rstrip("%")) for bar in chart.bars]
    assert chart.bars[-1].datum.label == "unknown"
    assert places[2] - places[1] > places[1] - places[0]


def test_the_service_life_is_drawn_after_its_years():
    chart = bars(AGES, limit_after=2, limit_label="service life")
    assert chart.limit is not None
    assert (chart.limit.x, chart.limit.label, chart.limit.anchor) == ("50%", "service life", "start")


def test_the_words_of_a_limit_near_the_right_end_stand_on_its_left():
    chart = bars(AGES, limit_after=3)
    assert chart.limit is not None
    assert chart.limit.anchor == "end"
    assert chart.limit.offset < 0


def test_every_other_label_gives_way_on_a_phone_when_bars_are_many():
    many = bars([Datum(str(age), 1) for age in range(20)])
    assert [bar.minor for bar in many.bars[:4]] == [False, True, False, True]
    assert not any(bar.minor for bar in bars(AGES).bars)


def test_a_chart_is_clickable_when_a_bar_leads_somewhere():
    assert bars([Datum("0", 1, url="/assets?age=0")]).clickable
    assert not bars(AGES).clickable


@pytest.mark.parametrize(
    ("highest", "step"), [(1, 1), (3, 1), (4, 2), (10, 5), (80, 50), (299, 100), (1284, 500)]
)
def test_lines_stand_at_round_values(highest, step):
    assert round_step(highest) == step


def test_what_misses_most_comes_first_and_unknown_rates_last():
    rows = bullets(
        [
            Bullet("Reached", 0.2, 1 / 6),
            Bullet("Unknown", None, 1 / 6),
            Bullet("Two missing", 0.1, 1 / 6, missing=2),
            Bullet("Nine missing", 0.12, 1 / 6, missing=9),
        ]
    )
    assert [row.label for row in rows] == ["Nine missing", "Two missing", "Reached", "Unknown"]
    assert [row.reached for row in rows] == [False, False, True, False]


def test_a_rate_stays_within_the_drawing_and_its_target_on_the_same_scale():
    (row,) = bullets([Bullet("Far above", 0.5, 0.25)])
    assert float(row.width.rstrip("%")) < 100
    assert float(row.target_x.rstrip("%")) == pytest.approx(float(row.width.rstrip("%")) / 2, abs=0.01)


def test_a_rate_rounded_up_to_its_target_while_one_is_missing_is_not_reached():
    (row,) = bullets([Bullet("Almost", 1 / 6, 1 / 6, missing=1)])
    assert not row.reached
    assert row.tone == "warn"


def test_bullets_of_nothing_do_not_fail():
    assert bullets([]) == ()
    assert bullets([Bullet("Empty", None, 0)])[0].width == "0%"


def test_a_trend_needs_two_points():
    assert sparkline([]) is None
    assert sparkline([3]) is None


def test_a_trend_goes_up_when_its_figures_do():
    trend = sparkline([1, 2, 4], width=120, height=32)
    assert trend is not None
    heights = [float(point.split(",")[1]) for point in trend.line.split()]
    assert heights == sorted(heights, reverse=True)
    assert (trend.last_x, trend.last_y) == (117, 3)


def test_a_flat_trend_runs_in_the_middle():
    trend = sparkline([5, 5, 5])
    assert trend is not None
    assert {point.split(",")[1] for point in trend.line.split()} == {"16"}


def test_parts_add_up_to_the_whole_and_follow_each_other():
    whole = parts([Datum("in service", 3), Datum("in stock", 1)])
    assert whole.total == 4
    assert [part.share for part in whole.parts] == [0.75, 0.25]
    assert [(part.x, part.width) for part in whole.parts] == [("0%", "75%"), ("75%", "25%")]
    assert whole.parts[1].offset == 25 - 75


def test_empty_parts_are_left_out_and_an_empty_whole_does_not_fail():
    assert [part.datum.label for part in parts([Datum("a", 0), Datum("b", 2)]).parts] == ["b"]
    assert parts([Datum("a", 0)]).parts == ()


def test_parts_without_a_tone_get_one_each():
    assert len({datum.tone for datum in toned([Datum(letter, 1) for letter in "abcde"])}) == 5
