"""The table of a payment's steps on the page is the one that is used."""

from domain.payments.payments import TRANSITIONS, Status
from tests.docs.pages import DOCS


def test_the_documented_steps_are_the_ones_that_are_used():
    page = (DOCS / "explanation" / "life-of-a-payment.md").read_text("utf-8")
    rows = page.partition("|---|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert rows == [
        f"| `{step}` | {', '.join(f'`{status}`' for status in Status if status in before)} | `{after}` |"
        for step, (before, after) in TRANSITIONS.items()
    ]
