"""OneRoster archives, as a student information system exports them."""

from collections.abc import Sequence

from services.candidates.tests.imports.workbooks import zipped

USERS = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,"
    "sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
)
ROLES = (
    "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"
)
DEMOGRAPHICS = (
    "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus"
)
ENROLMENTS = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
)


def user(number: int, given: str, family: str, *, status: str = "", middle: str = "", preferred: str = "") -> str:
    """A line of users.csv."""
    moment = "2026-09-01T08:00:00Z" if status else ""
    mail = f"{number}@example.org"
    return f"u{number},{status},{moment},true,u{number},,{given},{family},{middle},,{mail},,,,,,,,,,{preferred},o1,"


def role(number: int, name: str = "student") -> str:
    """A line of roles.csv."""
    return f"r{number},,,u{number},primary,{name},,,o1,"


def born(number: int, day: str, sex: str, country: str, city: str) -> str:
    """A line of demographics.csv."""
    return f"u{number},,,{day},{sex},,,,,,,,{country},,{city},"


def enrolled(number: int, lesson: str = "c1", *, status: str = "", name: str = "student") -> str:
    """A line of enrollments.csv."""
    return f"e{number}-{lesson},{status},,{lesson},o1,u{number},{name},,,"


def roster(
    *,
    version: str = "1.2",
    mode: str = "bulk",
    folder: str = "",
    absent: Sequence[str] = (),
    **files: Sequence[str],
) -> bytes:
    """An archive: each file's header and lines, and a manifest that names them."""
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", "source.systemCode,SIS-7"]
    for name in ("academicSessions", "classes", "users", "roles", "demographics", "enrollments"):
        lines.append(f"file.{name},{mode if name in files and name not in absent else 'absent'}")
    parts = {f"{folder}{name}.csv": "\r\n".join(rows) + "\r\n" for name, rows in files.items()}
    return zipped({f"{folder}manifest.csv": "\ufeff" + "\r\n".join(lines), **parts})


COHORT = {
    "users": [
        USERS,
        user(1, "Zoé", "Lefèvre", middle="Anne", preferred="Roy"),
        user(2, "Max", "Roux"),
        user(3, "P", "T"),
    ],
    "roles": [ROLES, role(1), role(2), role(3, "teacher")],
    "demographics": [
        DEMOGRAPHICS,
        born(1, "1999-06-17", "female", "FR", "Paris 12e"),
        born(2, "2001-02-03", "male", "BE", "Gand"),
    ],
    "enrollments": [ENROLMENTS, enrolled(1), enrolled(2, "c2"), enrolled(3, name="teacher")],
}
"""Two students and a teacher."""
