"""Tables that somebody will open in a spreadsheet."""

# What a spreadsheet takes for a formula, also behind a blank.
FORMULA = tuple("=+-@\t\r\n＝＋－＠|")


def harmless(cell: str) -> str:
    """The same words, never a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell
