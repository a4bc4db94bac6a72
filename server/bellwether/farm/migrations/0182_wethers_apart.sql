-- wethers are compared with wethers (I24), as embryo transfer lambs are with their like; at birth a ram lamb is no wether
-- yet. Stable and one expression, so that a statement takes it in
create function farm.contemporary_group(
  flock_code text, drop_year int2, stage text, birth_group text, is_embryo_transfer boolean, recorded_group text,
  is_wether boolean
) returns text language sql stable as $$
  select case when drop_year is not null then
    concat_ws('/', flock_code, drop_year::text, stage, 'b' || coalesce(nullif(birth_group, ''), '0'),
              case when is_embryo_transfer then 'et' end,
              case when is_wether and stage <> 'B' then 'w' end,
              case when stage <> 'B' then 'g' || coalesce(nullif(recorded_group, ''), '0') end) end
$$;
revoke execute on function farm.contemporary_group(text, int2, text, text, boolean, text, boolean) from public;
grant execute on function farm.contemporary_group(text, int2, text, text, boolean, text, boolean) to farm_app;
drop function farm.contemporary_group(text, int2, text, text, boolean, text);
