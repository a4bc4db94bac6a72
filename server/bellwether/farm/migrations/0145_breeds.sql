-- of which breeds an animal is, in parts of 16, 64 or 100: {"denominator": 64, "parts": {"MER": 48, "DOR": 16}}; what is
-- left to the denominator is not known
alter table farm.animal add column breeds jsonb check (
  jsonb_typeof(breeds -> 'parts') = 'object' and (breeds ->> 'denominator')::int in (16, 64, 100));
