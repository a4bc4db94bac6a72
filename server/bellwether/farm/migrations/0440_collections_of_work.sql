-- phones see remedies and their batches, days in the yards and what is to be done
do $$
declare name text;
begin
  foreach name in array array['product', 'product_batch', 'session_template', 'yard_session', 'task'] loop
    perform farm.number_changes(name);
  end loop;
end $$;
select farm.keep_fields_of('task', 'title', 'due_on', 'note', 'assigned_to', 'snoozed_until');
