"""A set of hashes that is packed between uses."""

from curate.stages.hashes import Hashes


def test_it_is_a_set_however_often_it_is_asked_for() -> None:
    hashes = Hashes()
    hashes.add("mask.png")
    for number in range(20):
        known = hashes.unpack()
        assert len(known) == number + 1
        known.add(hash(number))
        hashes.pack(known)
        hashes.add(number)
    assert all(number in hashes for number in range(20))
    assert "mask.png" in hashes
    assert "other" not in hashes
