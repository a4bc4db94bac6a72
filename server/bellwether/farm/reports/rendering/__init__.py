"""A report as it leaves: rows, a workbook, a plot, a page to print."""
