"""Files of animals and of measurements: every line gets a verdict, and nothing is lost.

Send a file with `POST /imports` (multipart: `file`, `farm_id`, `flock` as id or code, `kind`, and where needed
`date_order` and `trait`). Line 1 is the header. Case, spaces and punctuation in a header do not matter; a header that
is not known is listed in `layout.ignored` of the import, and its cells stay in the stored line.

`kind=sg` (one animal a line, as sent to Sheep Genetics) and `kind=flock` (a plain flock list, any unique ID) know

- `ID` (sg: breed 2, flock 4, year 4, tag 6), `EID`, `VID`/`TAG`, `NAME`, `SIRE`, `DAM`, `SEX` (1/2, M/F, ram, ewe,
  wether), `DOB`, `BTYPE`, `RTYPE`, `ET`, `RECIPIENT`, `BGROUP`;
- every trait of the dictionary in `sheep/traits/`: `BWT WWT PWT YWT HWT AWT`, `[WPYH]FAT`, `[WPYH]EMD`, `[YHA]GFW`,
  `[YHA]FD`, `[PYH]SC`, `WEC`, `DAG`; each with the date from `<TRAIT>DATE`, or of its stage from `SCANDATE`,
  `YFLEECEDATE`, `WECDATE`, `PWTDATE`, ..., and the group from `<TRAIT>GRP`.

`kind=weights` (one weight a line) knows `EID`, `VID`, `ID`, `Date`, `Time`, `Weight` (also
`Weight (kg)`, `Weight (lb)`), `Unit`, `Group`, `Trait` or `Stage`. Without one of the last two, send `trait` (`WWT` or
`weaning`, ...). A file without header, as a Digi-Star scale writes it, is known by its first line.

A tag of a Sheep Genetics ID (its last six characters) is also the animal's visual tag within its flock and year, so a
weigh session may name the animals by `VID`.

A line is one row: cells that contain line breaks are not supported. A row is taken whole or rejected whole.
"""
