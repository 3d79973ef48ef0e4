"""Tests of VexMail, by what they need.

``unit`` no servers, ``architecture`` the source tree, ``contracts`` one suite per port,
``protocol`` IMAP servers, ``integration`` our own servers, ``journeys`` the whole product in a
browser.
"""
