"""What a jury must be. Pure.

The limits are the certifier's, or the law's for the validation of experience (VAE); they come by settings as dated data
with their source, and every refusal names the rules, their version and their source.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from parchemin.contracts.vocabulary import AccessPath, JurorQuality, Sex


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror on a jury."""

    juror_id: UUID
    president: bool
    external: bool
    quality: JurorQuality = JurorQuality.PROFESSIONAL
    qualified: bool = False
    """For the certification: practises or teaches the trade that it attests."""
    sex: Sex | None = None


@dataclass(frozen=True, slots=True)
class JuryRules:
    """What a jury must be, of one version and from one source."""

    code: str
    version: str
    source: str
    access_paths: frozenset[AccessPath] | None = None
    """Applies where a candidate of the session comes by one of these; None: always."""
    min_members: int = 0
    """Beside the president."""
    min_size: int = 1
    min_external_share: Fraction = Fraction(0)
    min_professional_share: Fraction = Fraction(0)
    min_qualified: int = 0
    each_sex: bool = False
    """At least one woman and one man: the least that a balance asks for."""

    def apply_to(self, paths: Collection[AccessPath]) -> bool:
        """Whether a jury that hears candidates of these access paths is held to these rules."""
        return self.access_paths is None or not self.access_paths.isdisjoint(paths)


@dataclass(frozen=True, slots=True)
class JuryFault:
    """A rule that a jury breaks."""

    code: str
    fr: str
    en: str


Check = Callable[[Sequence[Seat], JuryRules], JuryFault | None]


def jury_faults(seats: Sequence[Seat], rules: JuryRules) -> tuple[JuryFault, ...]:
    """Every rule that this jury breaks; none where it may sit. Each is named with its version and source."""
    origin = f"[{rules.code} {rules.version}, {rules.source}]"
    return tuple(
        JuryFault(fault.code, f"{fault.fr} {origin}", f"{fault.en} {origin}")
        for check in _CHECKS
        if (fault := check(seats, rules)) is not None
    )


def _each_once(seats: Sequence[Seat], _rules: JuryRules) -> JuryFault | None:
    if any(count > 1 for count in Counter(seat.juror_id for seat in seats).values()):
        return JuryFault("juror_twice", "Un juré figure deux fois.", "A juror is named twice.")
    return None


def _one_president(seats: Sequence[Seat], _rules: JuryRules) -> JuryFault | None:
    if sum(seat.president for seat in seats) != 1:
        return JuryFault("one_president", "Un jury a un président.", "A jury has one president.")
    return None


def _enough_members(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    members = sum(not seat.president for seat in seats)
    if members >= rules.min_members:
        return None
    return JuryFault(
        "too_few_members",
        f"Le jury compte {members} membre(s) outre le président ; minimum : {rules.min_members}.",
        f"The jury has {members} member(s) beside the president; the minimum is {rules.min_members}.",
    )


def _large_enough(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    if len(seats) >= rules.min_size:
        return None
    return JuryFault(
        "jury_too_small",
        f"Le jury compte {len(seats)} personne(s) ; minimum : {rules.min_size}.",
        f"The jury has {len(seats)} person(s); the minimum is {rules.min_size}.",
    )


def _enough_external(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    external = sum(seat.external for seat in seats)
    if external >= rules.min_external_share * len(seats):
        return None
    return JuryFault(
        "too_few_external",
        f"{external} juré(s) sur {len(seats)} sont extérieurs ; minimum : {rules.min_external_share}.",
        f"{external} juror(s) of {len(seats)} are from outside; the minimum is {rules.min_external_share}.",
    )


def _enough_professionals(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    professionals = sum(seat.quality is JurorQuality.PROFESSIONAL for seat in seats)
    if professionals >= rules.min_professional_share * len(seats):
        return None
    return JuryFault(
        "too_few_professionals",
        f"{professionals} juré(s) sur {len(seats)} sont des professionnels ; minimum : {rules.min_professional_share}.",
        f"{professionals} juror(s) of {len(seats)} are professionals; the minimum is {rules.min_professional_share}.",
    )


def _enough_qualified(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    qualified = sum(seat.qualified for seat in seats)
    if qualified >= rules.min_qualified:
        return None
    return JuryFault(
        "too_few_qualified",
        f"{qualified} juré(s) qualifié(s) au titre de la certification ; minimum : {rules.min_qualified}.",
        f"{qualified} juror(s) qualified for the certification; the minimum is {rules.min_qualified}.",
    )


def _balanced(seats: Sequence[Seat], rules: JuryRules) -> JuryFault | None:
    if not rules.each_sex or set(Sex) <= {seat.sex for seat in seats}:
        return None
    return JuryFault(
        "jury_unbalanced",
        "Le jury ne compte pas au moins une femme et un homme.",
        "The jury does not have at least one woman and one man.",
    )


_CHECKS: tuple[Check, ...] = (
    _each_once,
    _one_president,
    _enough_members,
    _large_enough,
    _enough_external,
    _enough_professionals,
    _enough_qualified,
    _balanced,
)


def places_held_by(
    jurors: Collection[UUID], *, seated: Collection[UUID], replaces: Mapping[UUID, UUID]
) -> frozenset[UUID]:
    """Those who sit now in a place that one of these `jurors` holds, or held before being replaced."""
    held = set()
    for juror in seated:
        holder: UUID | None = juror
        while holder is not None and holder not in jurors:
            holder = replaces.get(holder)
        if holder is not None:
            held.add(juror)
    return frozenset(held)
