"""The calendars of random agreements."""

from slaflow.hours import Calendar

CALENDARS = {
    "always": Calendar.always("Europe/Stockholm"),
    "office": Calendar.parse(
        {
            "hours": {"mon-thu": ["09:00-12:00", "13:00-17:30"], "fri": ["09:00-15:00"]},
            "holidays": ["2026-03-04"],
        },
        timezone="Europe/Stockholm",
    ),
    "evenings": Calendar.parse({"hours": {"mon-sun": ["18:00-24:00"]}}, timezone="Europe/Stockholm"),
}
