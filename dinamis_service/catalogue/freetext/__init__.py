"""Search by free text: places, dates, sensors and conditions written as a person writes them (CAT-06)."""
