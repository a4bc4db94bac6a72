-- the policies that show a definition to the farms of its agreement ask for it by the agreement, and for its versions by it
create index definition_of_agreement on genetics.definition (agreement_id);
create index definition_version_of on genetics.definition_version (definition_id);
