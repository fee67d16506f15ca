"""Small maps that annealing leaves outside: found by exact search, or proved impossible."""

import numpy as np

from terradesk.builder import Options, build, make_problem


def ring(weights, k, tolerance):
    n = len(weights)
    turn = 2 * np.pi * np.arange(n) / n
    xy = 10 * np.stack((np.cos(turn), np.sin(turn)), 1)
    edges = np.stack((np.arange(n), (np.arange(n) + 1) % n), 1)
    return make_problem(xy, edges, weights, k, tolerances=tolerance, perimeters=4.0)


def test_what_is_proved_impossible_is_not_called_avoidable():
    problem = ring([3.0, 3.0, 3.0, 1.0, 1.0, 1.0], 3, 0.01)  # each third would need 4
    result = build(problem, Options())
    assert result.stopped == "complete"
    out = [v for v in result.violations if v.kind == "tolerance"]
    assert out and not any(v.is_avoidable for v in out)


def test_what_can_be_met_is_met():
    problem = ring([3.0, 1.0, 2.0, 2.0, 4.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0], 5, 0.001)
    result = build(problem, Options())
    assert result.violations == () and result.stopped == "complete"
    assert result.figures.values.ravel().tolist() == [4.0] * 5
