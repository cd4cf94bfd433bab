"""Random numbers: streams that depend on their keys alone."""

import numpy as np

from common.rng import LARGEST_SEED, Purpose, make_rng


def test_a_stream_depends_on_each_of_its_four_keys_and_on_nothing_else() -> None:
    again = make_rng(42, 1, 5, Purpose.DEMAND).random(4)
    np.testing.assert_array_equal(again, make_rng(42, 1, 5, Purpose.DEMAND).random(4))
    others = [
        make_rng(43, 1, 5, Purpose.DEMAND),
        make_rng(42, 2, 5, Purpose.DEMAND),
        make_rng(42, 1, 6, Purpose.DEMAND),
        make_rng(42, 1, 5, Purpose.BRANDS),
        make_rng(LARGEST_SEED, 1, 5, Purpose.DEMAND),
    ]
    drawn = {tuple(other.random(4)) for other in others} | {tuple(again)}
    assert len(drawn) == len(others) + 1


def test_streams_of_neighbouring_days_and_kitchens_are_uncorrelated() -> None:
    streams = np.array(
        [
            make_rng(0, location, day, Purpose.COOKING).random(4000)
            for location in (1, 2)
            for day in (0, 1, 2)
        ]
    )
    correlations = np.corrcoef(streams)[np.triu_indices(len(streams), 1)]
    assert np.abs(correlations).max() < 0.06  # 4000 numbers: one standard error is 0.016
