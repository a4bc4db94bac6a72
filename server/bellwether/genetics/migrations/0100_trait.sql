-- the dictionary: starting values until variances are estimated from the platform's own data
create table genetics.trait (
  code text primary key check (code ~ '^[A-Z]{2,8}$'),
  stage text not null check (stage in ('B', 'W', 'P', 'Y', 'H', 'A')),
  name text not null,
  unit text not null,
  reference_age_days int4 not null check (reference_age_days >= 0),
  heritability float8 check (heritability > 0 and heritability < 1),
  phenotypic_variance float8 check (phenotypic_variance > 0),
  additive_variance float8 generated always as (heritability * phenotypic_variance) stored,
  residual_variance float8 generated always as ((1 - heritability) * phenotypic_variance) stored,
  source text not null
);

create table genetics.trait_correlation (
  trait_a text not null references genetics.trait,
  trait_b text not null references genetics.trait,
  genetic float8 not null check (genetic > -1 and genetic < 1),
  residual float8 not null check (residual > -1 and residual < 1),
  source text not null,
  primary key (trait_a, trait_b),
  check (trait_a < trait_b)
);
grant select on genetics.trait, genetics.trait_correlation to genetics_app;

insert into genetics.trait
  (code, stage, name, unit, reference_age_days, heritability, phenotypic_variance, source)
select code, stage, name, 'kg', age, h2, variance, source || '; phenotypic variance: own starting value'
from (values
  ('BWT', 'B', 'birth weight', 0, 0.30, 0.6, 'h2: NSIP trait glossary (nsip-client)'),
  ('WWT', 'W', 'weaning weight', 100, 0.25, 22.0, 'h2: NSIP trait glossary (nsip-client)'),
  ('PWT', 'P', 'post-weaning weight', 225, 0.35, 45.0, 'h2: NSIP trait glossary (nsip-client)'),
  ('YWT', 'Y', 'yearling weight', 360, 0.40, 54.0, 'h2: NSIP trait glossary (nsip-client)'),
  ('HWT', 'H', 'hogget weight', 450, 0.40, 60.0, 'h2: own starting value, that of YWT'),
  ('AWT', 'A', 'adult weight', 540, 0.40, 64.0, 'h2: own starting value, that of YWT')
) seed(code, stage, name, age, h2, variance, source);

insert into genetics.trait_correlation (trait_a, trait_b, genetic, residual, source)
select least(a, b), greatest(a, b), genetic, residual, 'own starting value: stages closer in age are more alike'
from (values
  ('BWT', 'WWT', 0.50, 0.25), ('BWT', 'PWT', 0.45, 0.20), ('BWT', 'YWT', 0.40, 0.15), ('BWT', 'HWT', 0.40, 0.15),
  ('BWT', 'AWT', 0.35, 0.15), ('WWT', 'PWT', 0.75, 0.55), ('WWT', 'YWT', 0.70, 0.45), ('WWT', 'HWT', 0.65, 0.40),
  ('WWT', 'AWT', 0.60, 0.35), ('PWT', 'YWT', 0.85, 0.60), ('PWT', 'HWT', 0.80, 0.50), ('PWT', 'AWT', 0.75, 0.45),
  ('YWT', 'HWT', 0.90, 0.60), ('YWT', 'AWT', 0.85, 0.50), ('HWT', 'AWT', 0.90, 0.60)
) seed(a, b, genetic, residual);
