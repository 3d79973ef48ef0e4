"""How often the demo delivers new mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryPace:
    """Rhythm of new mail.

    Attributes:
        first_after: seconds from the first login to the first message; 0 keeps the demo silent.
        every: shortest and longest seconds between messages after that.
        daily_cap: most messages in one day (UTC).
    """

    first_after: float = 20.0
    every: tuple[float, float] = (30.0, 90.0)
    daily_cap: int = 200
