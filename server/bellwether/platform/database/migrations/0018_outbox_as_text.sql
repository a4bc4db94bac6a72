-- a fact leaves as the text that it came in as: nothing asks for a part of it, so it is neither taken apart nor put together
alter table outbox alter column payload type json using payload::text::json;
