"""A query that shows what nested reads are for; it stands in the OpenAPI document, and tests run it."""

EXAMPLE = """\
query Flock($id: ID!) {
  flock(id: $id) {
    name
    animals(first: 20) {
      nodes {
        id
        tag
        sex
        birthDate
        sire { id tag }
        dam { id tag }
        weights { trait weightKg occurredOn }
        breedingValues { trait value reliability runId }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}"""
