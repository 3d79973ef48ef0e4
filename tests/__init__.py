"""Tests of VexMail, by what they need.

``unit`` no servers, ``architecture`` the source tree, ``contracts`` one suite per port,
``protocol`` IMAP servers, ``integration`` our own servers, ``journeys`` the whole product in a
browser.
"""

import pytest

# Asserts outside of test files tell what they compared, too.
pytest.register_assert_rewrite("tests.contracts", "tests.support")
