"""Files of animals and of measurements: every line gets a verdict, and nothing is lost.

Send a file with `POST /imports` (multipart: `file`, `farm_id`, `flock` as id or code, and where something is asked the
option that answers it). The one reader in `sheep/reading/` reads it: docs/reference/reading-files.md says how, a page
for each format in docs/reference/imports/ which headers it knows. A header that is not known is listed in
`layout.ignored` of the import and told, and its cells stay in the stored line.

A tag of a Sheep Genetics ID (its last six characters) is also the animal's visual tag within its flock and year, so a
weigh session may name the animals by `VID`.

A file writes what every other way in writes. Measurements, animals, identifiers and claims of parents are rows of
their own on all ways, append-only with what supersedes them, numbered for phones, told to the other services, and here
they carry `import_id`, by which they are taken back: none of them stands in the log `farm.event` as well, whoever sends
it, for of two records of one weighing one would have to follow the other. What is an event (a joining, a treatment, a
move) has no format of a file. `session_id` says on which day in the yards all of a file was measured.

A line is one row: cells that contain line breaks are not supported. A row is taken whole or rejected whole.
"""
