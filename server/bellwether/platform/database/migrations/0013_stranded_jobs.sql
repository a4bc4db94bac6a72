-- jobs that were handed to the runner and have not ended; the worker asks the runner whether it still has them
create function jobs_handed_over(at_most int4) returns table (id uuid, attempt int4)
language sql stable security definer set search_path = :schema, pg_catalog as $$
  select id, attempt from job
  where state in ('queued', 'running') and dispatched >= attempt order by created_at limit at_most
$$;
-- a further attempt; `starts` goes on counting, so that a job that strands again and again comes to an end
create function job_stranded(job_id uuid, job_attempt int4) returns boolean
language sql security definer set search_path = :schema, pg_catalog as $$
  with again as (
    update job set state = 'queued', attempt = attempt + 1
    where id = job_id and attempt = job_attempt and dispatched >= attempt and state in ('queued', 'running')
    returning 1
  )
  select exists (select 1 from again)
$$;
revoke execute on function jobs_handed_over(int4), job_stranded(uuid, int4) from public;
grant execute on function jobs_handed_over(int4), job_stranded(uuid, int4) to :app;
