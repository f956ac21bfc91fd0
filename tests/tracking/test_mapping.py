"""Carriers' codes in our words: each known one has a status, each unknown one is kept raw."""

import pytest

from doorstep.stages.tracking.model import Meaning, Status
from doorstep.stages.tracking.rules.mapping import VOCABULARIES, acts_next, meaning

S = Status


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_code_of_a_vocabulary_is_mapped_and_no_other_text_is(vocabulary: str) -> None:
    for code in VOCABULARIES[vocabulary]:
        assert meaning(vocabulary, code).status in set(Status)
    for stray in ("", "X7Q", "delivered!", "💥", "in_transit\x00"):
        assert meaning(vocabulary, stray).status is None


@pytest.mark.parametrize("vocabulary", [v for v in VOCABULARIES if v not in {"shippo", "epcis"}])
def test_a_return_is_a_return_and_not_a_hold(vocabulary: str) -> None:
    names = {
        meaning(vocabulary, code).status
        for code in VOCABULARIES[vocabulary]
        if "eturn" in code or code == "RTS"
    }
    assert not names & {S.HELD, S.ATTEMPT_FAILED, S.DELIVERED}


def test_the_traps_of_public_maps_are_avoided() -> None:
    assert meaning("easypost", "pre_transit").status is S.INFO_RECEIVED
    assert meaning("easypost", "return_to_sender").status is S.RETURNING
    assert meaning("karrio", "return_to_sender").status is S.RETURNING
    assert meaning("easypost", "error").status is None


def test_a_substatus_that_nobody_knows_means_its_status() -> None:
    assert meaning("aftership", "InTransit_099").status is S.IN_TRANSIT
    assert meaning("aftership", "Exception_004") == Meaning(S.CUSTOMS, "customs.held")
    assert meaning("17track", "InTransit_CustomsProcessing").status is S.IN_TRANSIT


def test_the_detail_of_an_aggregator_sharpens_its_status() -> None:
    assert meaning("easypost", "in_transit", "delayed").status is S.DELAYED
    assert meaning("easypost", "failure", "lost") == Meaning(S.LOST, "carrier.lost")
    assert meaning("easypost", "in_transit", "arrived_at_facility").status is S.IN_TRANSIT
    assert meaning("easypost", "delivered", "delayed").status is S.DELIVERED


def test_the_carriers_word_for_why_becomes_party_and_cause() -> None:
    assert meaning("parcel", "ATT", "refused") == Meaning(S.ATTEMPT_FAILED, "consignee.refused")
    assert meaning("parcel", "DLY", "volcano") == Meaning(S.DELAYED, "unknown.volcano")


def test_the_one_who_must_act_is_named() -> None:
    assert acts_next(S.AVAILABLE_FOR_PICKUP, None) == "consignee"
    assert acts_next(S.ATTEMPT_FAILED, "consignee.absent") == "consignee"
    assert acts_next(S.HELD, "customs.documents") == "shipper"
    assert acts_next(S.LOST, None) == "shipper"
    assert acts_next(S.IN_TRANSIT, "carrier.vehicle") == "nobody"
