"""Check that the rows of the workflow hang together: every state reachable, every reference to a state real."""

from __future__ import annotations

import pytest

from enforcement.workflow import (
    CASE_STAGES,
    CASE_STATES,
    CHANNELS,
    INCIDENT_STATES,
    INCIDENT_STEPS,
    OUTCOMES,
    PROCEDURES,
    may_follow,
    states_of,
)

FLOWS = {"incident": (INCIDENT_STATES, INCIDENT_STEPS), "case": (CASE_STATES, CASE_STAGES)}


@pytest.mark.parametrize("flow", FLOWS)
def test_every_state_is_reached_from_the_start(flow: str) -> None:
    states, steps = FLOWS[flow]
    reached = {step.to for step in steps if not step.start}
    for _ in states:
        reached |= {step.to for step in steps if step.to and reached & set(step.start)}
    assert reached == {state.key for state in states}


@pytest.mark.parametrize("flow", FLOWS)
def test_steps_name_only_states_that_exist(flow: str) -> None:
    states, steps = FLOWS[flow]
    keys = {state.key for state in states}
    assert {name for step in steps for name in (*step.start, step.to) if name} <= keys


def test_keys_are_unique_and_both_words_are_given() -> None:
    for rows in (INCIDENT_STATES, CASE_STATES, INCIDENT_STEPS, CASE_STAGES):
        assert len({row.key for row in rows}) == len(rows)
        assert all(all(row.label) for row in rows)
    for pairs in (OUTCOMES, CHANNELS, PROCEDURES):
        assert len({key for key, _ in pairs}) == len(pairs)
        assert all(all(label) for _, label in pairs)


def test_how_states_count() -> None:
    assert states_of("running") == ("open",)
    assert states_of("struck") == ("declined", "void")
    assert states_of("paused", "left") == ("suspended", "transferred")
    assert states_of("closed", rows=CASE_STATES) == ("closed", "no_penalty")


def test_moves() -> None:
    assert may_follow("reopen", "closed")
    assert not may_follow("reopen", "open")
    assert may_follow("resume", "suspended")
    assert not may_follow("close", "suspended")
    assert not may_follow("report", "open")
    assert may_follow("archive", "no_penalty", rows=CASE_STAGES)
