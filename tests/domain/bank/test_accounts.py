import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank.accounts import same_account


@pytest.mark.parametrize(
    ("reported", "ours"),
    [
        ("10020030000023", "10020030000023"),
        ("100-200-30 000023", "10020030000023"),
        ("de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("0532013000", "DE89370400440532013000"),
        ("532013000", "DE89370400440532013000"),
        ("370400440532013000", "DE89370400440532013000"),
        ("DE89370400440532013000", "0532013000"),
        ("00410020030000023", "10020030000023"),
        ("0001234567", "1234567"),
        ("1234567", "0001234567"),
        ("000500111234567", "1234567"),
        ("000500111234567", "11234567"),
        ("000500111234567", "00111234567"),
        ("000500111234567", "00050011234567"),
        ("000500111234567", "00051234567"),
        ("000500111234567", "0011234567"),
        ("000500110012345", "12345"),
        ("00050011234567", "1234567"),
        ("000001710012345", "00170012345"),
    ],
)
def test_one_account_written_in_two_ways_is_the_same(reported, ours):
    assert same_account(reported, ours)


@pytest.mark.parametrize(
    ("reported", "ours"),
    [
        ("10020030000023", "10020030000024"),
        ("10020030000023", "00023"),
        ("000500110012345", "2345"),
        ("000500110000000", "0"),
        ("DE89370400440532013000", "013000"),
        ("DE89370400440532013000", "DE02370400440532013000"),
        ("000500111234567", "000900211234567"),
        ("000500111234567", "00021234567"),
        ("000500111234567", "21234567"),
        ("1001234567", "2001234567"),
        ("0001234567", "1001234567"),
        ("0000000", "10020030000000"),
        ("", "1234567"),
        ("ABCDEFG", "XXABCDEFG"),
    ],
)
def test_different_accounts_are_not_the_same(reported, ours):
    assert not same_account(reported, ours)


@given(st.from_regex(r"[A-Z0-9]{1,34}", fullmatch=True))
def test_a_number_is_the_same_as_itself_whatever_stands_between_its_characters(number):
    assert same_account("-".join(number), number)
    assert same_account(" ".join(number.lower()), number)


@given(st.from_regex(r"[1-9][0-9]{9}", fullmatch=True), st.from_regex(r"[1-9][0-9]{9}", fullmatch=True))
def test_numbers_of_one_length_are_the_same_only_if_they_are_equal(one, other):
    assert same_account(one, other) == (one == other)
