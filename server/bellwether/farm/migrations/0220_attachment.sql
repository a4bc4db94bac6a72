-- photos and papers of a farm, each by the SHA-256 of its bytes: the same photo is kept once
create table farm.attachment (
  farm_id uuid not null references farm.farm,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null check (length(media_type) between 1 and 40),
  size_bytes int4 not null check (size_bytes > 0),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, sha256)
);

-- in parts beside it, so that no reading holds a whole file
create table farm.attachment_part (
  farm_id uuid not null,
  sha256 text not null,
  part int4 not null check (part >= 0),
  content bytea not null,
  primary key (farm_id, sha256, part),
  foreign key (farm_id, sha256) references farm.attachment (farm_id, sha256) on delete cascade
);
-- photos do not get smaller
alter table farm.attachment_part alter column content set storage external;

-- what refers to an attachment: no foreign key to its bytes, for a record never waits for a photo
create table farm.attachment_link (
  farm_id uuid not null references farm.farm,
  id uuid not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  animal_id uuid,
  event_id uuid,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (farm_id, id),
  foreign key (farm_id, animal_id) references farm.animal (farm_id, id),
  foreign key (farm_id, event_id) references farm.event (farm_id, id),
  check (num_nonnulls(animal_id, event_id) = 1)
);
create index attachment_link_bytes on farm.attachment_link (farm_id, sha256);
create unique index attachment_link_animal on farm.attachment_link (farm_id, animal_id, sha256) where animal_id is not null;
create unique index attachment_link_event on farm.attachment_link (farm_id, event_id, sha256) where event_id is not null;
select farm.number_changes('attachment_link');

do $$
declare name text;
begin
  foreach name in array array['attachment', 'attachment_part', 'attachment_link'] loop
    execute format('alter table farm.%I enable row level security', name);
    execute format('alter table farm.%I force row level security', name);
    execute format('create policy tenant on farm.%I using (farm_id = any ((select farm.my_farms())::uuid[]))
                    with check (farm_id = any ((select farm.my_farms())::uuid[]))', name);
    execute format('create policy writer_adds on farm.%I as restrictive for insert
                    with check (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
  foreach name in array array['attachment', 'attachment_link'] loop
    execute format('create policy writer_removes on farm.%I as restrictive for delete
                    using (farm_id = any ((select farm.my_writable_farms())::uuid[]))', name);
  end loop;
end $$;
create policy writer_changes on farm.attachment_link as restrictive for update
  using (farm_id = any ((select farm.my_writable_farms())::uuid[]));
grant select, insert, delete on farm.attachment to farm_app;
grant select, insert on farm.attachment_part to farm_app;
grant select, insert, update, delete on farm.attachment_link to farm_app;
