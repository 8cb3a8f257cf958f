"""The review page's server saves for the page alone, and never over another decision."""

import json

import pytest

from curate.yaml_scalars import quoted
from tests.pipelines.pages.page_reader import PageReader
from tests.pipelines.pages.review.served_page import HOSTILE, TOKEN, ServedPage

ANSWER = "street: {labels: {zorp: {decision: car, note: x}}}"


def test_the_page_holds_what_strangers_wrote_as_data(served: ServedPage) -> None:
    reply = served.ask(f"/?token={TOKEN}", token="")
    assert reply.status == 200
    assert reply.headers["x-frame-options"] == "DENY"
    page = PageReader(reply.text)
    assert len(page.scripts) == 2
    data = json.loads(page.scripts[0])
    labels = {label["label"]: label for label in data["labels"]}
    assert labels[HOSTILE]["decision"] == ""
    assert labels["zorp"]["objects"] == 3
    assert len(labels["zorp"]["crops"]) == 3
    assert set(labels["zorp"]["crops"]) <= data["pictures"].keys()
    assert data["labels"][-1]["label"] in ("car", "cars 1")  # what waits comes first
    assert data["concepts"]["car"]["definition"] == "A motor car."
    assert HOSTILE not in reply.text
    assert len(reply.text) < 20_000_000


def test_an_answer_is_saved_and_taken_back(served: ServedPage) -> None:
    label = quoted(HOSTILE)
    reply = served.ask("/answers", f"street: {{labels: {{{label}: background}}}}")
    assert reply.status == 200, reply.text
    assert served.ask("/answers", ANSWER).status == 200
    text = served.customer_file.read_text("utf-8")
    assert "zorp: {decision: car, note: x, by: " in text

    found = served.ask("/decisions").data
    words = {each["label"]: each["decision"] for each in found["labels"]}
    assert words == {HOSTILE: "background", "zorp": "car"}

    back = "street: {labels: {zorp: {decision: UNDECIDED, instead_of: car}}}"
    assert served.ask("/answers", back).status == 200
    assert "zorp" not in served.customer_file.read_text("utf-8")


def test_another_reviewers_decision_is_not_overwritten(served: ServedPage) -> None:
    served.customer_file.parent.mkdir()
    served.customer_file.write_text("labels:\n  zorp: wheel  # sure\n")
    reply = served.ask("/answers", ANSWER)
    assert reply.status == 409
    assert "'zorp' is decided as 'wheel' already" in reply.data["error"]
    assert served.customer_file.read_text() == "labels:\n  zorp: wheel  # sure\n"

    served.customer_file.write_text("labels:\n  zorp: [\n")
    reply = served.ask("/answers", ANSWER)
    assert reply.status == 409
    assert "street.yaml:3:1" in reply.data["error"]
    assert served.customer_file.read_text() == "labels:\n  zorp: [\n"


def test_objects_are_rejected_and_restored(served: ServedPage) -> None:
    ids = [f"{number:032x}" for number in (1, 2)]
    body = f'street: {{rejected_objects: ["{ids[0]}", "{ids[1]}"]}}'
    assert served.ask("/answers", body).status == 200
    assert served.ask("/answers", body).status == 200
    assert served.ask("/decisions").data["rejected"] == {"street": ids}
    body = f'street: {{restored_objects: ["{ids[0]}"]}}'
    assert served.ask("/answers", body).status == 200
    assert served.ask("/decisions").data["rejected"] == {"street": ids[1:]}


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 403),
        ("guess", {}, 403),
        (TOKEN, {"Origin": "http://evil.example"}, 403),
        (TOKEN, {"Origin": "null"}, 403),
        (TOKEN, {"Host": "evil.example"}, 400),
    ],
)
def test_what_is_not_from_the_page_does_nothing(
    served: ServedPage, token: str, headers: dict[str, str], status: int
) -> None:
    reply = served.ask("/answers", ANSWER, token, **headers)
    assert reply.status == status
    assert served.ask("/decisions", None, token, **headers).status == status
    assert not served.customer_file.exists()


def test_the_page_itself_needs_the_token(served: ServedPage) -> None:
    assert served.ask("/", token="").status == 403
    assert served.ask("/?token=guess", token="").status == 403
    assert served.ask("/answers", "x" * 5_000_000).status == 409
    assert served.ask("/answers", "street: {labels: {zorp: kar}}").status == 409
