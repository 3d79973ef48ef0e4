"""What a benchmark promises and what it found."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override


class Verdict(StrEnum):
    """How a figure stands to its bound."""

    MET = "met"
    MISSED = "MISSED"
    OPEN = "-"
    """No bound: the figure is there for orientation."""


class BaselineMissing(ValueError):
    """A bound on a ratio needs a baseline."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on our figure, or, with ``ratio``, on our figure divided by the baseline's."""

    at_most: float | None = None
    at_least: float | None = None
    ratio: bool = False

    @override
    def __str__(self) -> str:
        """Return the bound as the table shows it: ``<= 4x``."""
        sign, limit = ("<=", self.at_most) if self.at_most is not None else (">=", self.at_least)
        return f"{sign} {limit:g}{'x' if self.ratio else ''}"

    def holds(self, figure: float) -> bool:
        """Tell whether ``figure`` (ours, or the ratio) keeps the bound."""
        return not (
            (self.at_most is not None and figure > self.at_most)
            or (self.at_least is not None and figure < self.at_least)
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a benchmark: ours, and the baseline's of the same run if it has one."""

    what: str
    unit: str
    ours: float
    baseline: float | None = None
    bound: Bound | None = None

    @property
    def ratio(self) -> float | None:
        """Return ours divided by the baseline's."""
        return self.ours / self.baseline if self.baseline else None

    @property
    def verdict(self) -> Verdict:
        """Judge the figure by its bound.

        Raises:
            BaselineMissing: the bound is on a ratio and there is no baseline.
        """
        if self.bound is None:
            return Verdict.OPEN
        figure = self.ratio if self.bound.ratio else self.ours
        if figure is None:
            raise BaselineMissing(self.what)
        return Verdict.MET if self.bound.holds(figure) else Verdict.MISSED


@dataclass(frozen=True, slots=True)
class Promise:
    """One row of the project's targets.

    ``name`` is what the command line calls it; ``baseline`` says in words what we stand beside.
    """

    number: int
    name: str
    job: str
    baseline: str


def percentile(figures: list[float], share: float) -> float:
    """Return the figure that ``share`` (0..1) of all figures do not exceed: nearest rank."""
    ranked = sorted(figures)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
