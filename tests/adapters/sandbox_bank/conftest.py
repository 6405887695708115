import pytest

from tests.adapters.sandbox_bank.customer import Customer


@pytest.fixture
def customer(tmp_path):
    made = Customer(tmp_path)
    yield made
    made.bank.close()
