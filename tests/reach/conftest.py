"""Who is reminded."""

import pytest

from tests.reach.signing_in import sign_in


@pytest.fixture
def owner(make_member):
    """Whose 500.00 to 小李 are due on each 15th, and paid no earlier."""
    return make_member("owner", strategy="minimum")


@pytest.fixture
def signed_in(client, owner):
    return sign_in(client, owner)
