"""Sealing of stored passwords: a thief of the database alone reads nothing."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vexmail.domain.errors import PermanentError
from vexmail.domain.server_address import ServerAddress

_VERSION = b"\x01"  # names key derivation and cipher, so that either can change later
_NONCE = 12  # bytes; the size AES-GCM is defined for (NIST SP 800-38D §5.2.1.1)


class SecretUnreadable(PermanentError):
    """A stored password was sealed with another ``SECRET_KEY`` or for another server."""

    code = "secret_unreadable"


class SecretBox:
    """AES-256-GCM under a key derived from ``SECRET_KEY``.

    A password is bound to server and user name: moved to another row it does not open, so
    it can never be sent to a host it was not given for.
    """

    def __init__(self, secret_key: bytes) -> None:
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vexmail account passwords")
        self._cipher = AESGCM(hkdf.derive(secret_key))

    def seal(self, password: str, address: ServerAddress, username: str) -> bytes:
        """Return the password encrypted for this server and user name."""
        nonce = os.urandom(_NONCE)
        bound = _binding(address, username)
        return _VERSION + nonce + self._cipher.encrypt(nonce, password.encode(), bound)

    def open(self, sealed: bytes, address: ServerAddress, username: str) -> str:
        """Return the password.

        Raises:
            SecretUnreadable: the key or the binding differs.
        """
        try:
            nonce, data = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
            return self._cipher.decrypt(nonce, data, _binding(address, username)).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable(
                "The stored password cannot be read: SECRET_KEY is not the one it was saved"
                " with. Restore the old SECRET_KEY, or enter the password again."
            ) from error


def _binding(address: ServerAddress, username: str) -> bytes:
    return f"{address.host}\x00{address.port}\x00{username}".encode()
