"""The one reader of strangers' tables: bytes to cells, and cells to dates, numbers and words, never by a guess.

    names = headers.Names(headers.aliases(("id", "date", "weight")))
    table = sheet.read_sheet(content, names.score)          lines, cells, header; `faults` by line number
    found = names.find(table.header, table.header_line)     field -> column, units, ignored headers, faults
    table.column(found.columns["date"])                     the cells of a column
    dates.prove(cells, today, header=..., field=...)        the order of one column, or why it is asked for
    numbers.prove(cells), numbers.Numbers(decimal)          the decimal mark of the file; then each number
    words.settle(words.SEX, cells)                          the meaning of words in one column
    kinds.other_kind(table.header, table.lines)             breeding values, movements, ...: named, not half-read

`cells` are pairs of a line number and a text. What stops a file is `refusal.FileRefused` with every `FileFault`,
what stops a line a `Finding`; `told()` says how a table was read. Codes for "unknown" stand in `sheep/missing.py`.
"""
