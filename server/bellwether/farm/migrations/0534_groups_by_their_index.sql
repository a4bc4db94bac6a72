-- whether a farm has subgroups is looked up in their index, which most farms have no line in: by the statistics of all
-- farms together a walk through the table could seem shorter, and for a farm without any it would be the whole of it
alter function farm.groups_of_added() set enable_seqscan = off;
alter function farm.groups_of_changed() set enable_seqscan = off;
alter function farm.groups_of_gone() set enable_seqscan = off;
