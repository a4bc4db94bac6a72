// Random schedules: two people with two kinds of phones, without signal most of the time; in the end all agree.
// One line of JSON for each farm on standard input; one for each schedule on standard output.

import { Farm, Refused, type Row } from '../../../../../examples/sync/farm'
import { Lost, Network, Random } from './network'
import { type Fields, NAMES, newId, type Phone, rxdbPhone, watermelonPhone } from './phones'

type Given = { seed: number; root: string; flock_id: string; tokens: string[]; steps: number }
type Change = { collection: string; id: string; deleted: boolean; doc: Fields | null }

const EDITS: Record<string, (random: Random) => Fields[string]> = {
  birth_type: (random) => 1 + random.below(3),
  rear_type: (random) => random.below(4),
  birth_group: (random) => `g${random.below(9)}`,
  sex: (random) => random.pick(['male', 'female']),
}

class Schedule {
  readonly random: Random
  readonly networks: Network[]
  /** What people did: rows that they made, by table and id, and values that they gave to fields, by phone. */
  readonly made = new Map<string, Fields>()
  readonly removed = new Set<string>()
  readonly said = new Map<string, { phone: number; value: Fields[string] }[]>()
  phones: Phone[] = []

  constructor(readonly given: Given) {
    this.random = new Random(given.seed)
    this.networks = given.tokens.map(() => new Network(this.random))
  }

  farm(place: number): Farm {
    return new Farm(this.given.root, () => this.given.tokens[place]!, newId(), this.networks[place]!.fetch)
  }

  async run(): Promise<Record<string, unknown>> {
    this.phones = [await watermelonPhone('w', this.farm(0)), await rxdbPhone('r', this.farm(1))]
    try {
      for (let step = 0; step < this.given.steps; step++) await this.step()
      await this.settle()
      return { seed: this.given.seed, ...(await this.compare()), network: this.networks.map((one) => one.told) }
    } finally {
      for (const phone of this.phones) await phone.close()
    }
  }

  async step(): Promise<void> {
    const place = this.random.below(2)
    const luck = this.random.next()
    if (luck < 0.25) await this.sync(place)
    else if (luck < 0.3) await this.networks[place]!.deliver().catch(() => {})
    else if (luck < 0.5) await this.make(place, 'animals', { flock_id: this.given.flock_id, sex: 'female' })
    else if (luck < 0.55) await this.make(place, 'groups', { name: `mob ${newId()}`, type: 'physical' })
    else await this.onAnimal(place, luck)
  }

  async onAnimal(place: number, luck: number): Promise<void> {
    const phone = this.phones[place]!
    const animals = [...(await phone.rows('animals')).keys()]
    if (!animals.length) return
    const id = this.random.pick(animals)
    if (luck < 0.75) await this.edit(place, id)
    else if (luck < 0.85) {
      const payload = { text: `note ${newId()}` }
      await this.make(place, 'events', { kind: 'note.added', animal_id: id, occurred_on: '2024-11-11', payload })
    } else if (luck < 0.93) {
      const occurred_on = `2024-11-${10 + this.random.below(15)}`
      await this.make(place, 'measurements', { animal_id: id, trait: 'WWT', value: 20 + this.random.below(30), occurred_on })
    } else if (await phone.remove('animals', id)) this.removed.add(`animals/${id}`)
  }

  async make(place: number, table: string, fields: Fields): Promise<void> {
    const id = newId()
    this.made.set(`${table}/${id}`, fields)
    await this.phones[place]!.create(table, id, fields)
  }

  async edit(place: number, id: string): Promise<void> {
    const field = this.random.pick(Object.keys(EDITS))
    const value = EDITS[field]!(this.random)
    if (!(await this.phones[place]!.edit('animals', id, { [field]: value }))) return
    const key = `${id}/${field}`
    this.said.set(key, [...(this.said.get(key) ?? []), { phone: place, value }])
  }

  /** A person tries; whatever goes wrong on the way is tried again some day. */
  async sync(place: number): Promise<void> {
    try {
      await this.phones[place]!.sync()
    } catch (error) {
      if (!isNetwork(error)) throw error
    }
  }

  /** Signal for everybody: what is under way arrives, then all synchronise until nothing moves. */
  async settle(): Promise<void> {
    for (const network of this.networks) {
      network.isGood = true
      while (network.late.length) await network.deliver()
    }
    for (let round = 0; round < 4; round++) for (const phone of this.phones) await phone.sync()
  }

  async compare(): Promise<Record<string, unknown>> {
    const server = await this.everything()
    const wrong: string[] = []
    let attention = 0
    for (const phone of this.phones) {
      attention += phone.attention.rows.size
      for (const table of NAMES) {
        const held = await phone.rows(table)
        const there = server.get(table)!
        for (const [id, row] of held) {
          if (phone.attention.has(table, id)) continue
          const doc = there.get(id)
          if (!doc) wrong.push(`${phone.name} holds ${table}/${id}, the farm does not`)
          else
            for (const [name, value] of Object.entries(row))
              if (name !== 'rev' && !same(value, doc[name])) wrong.push(`${phone.name} ${table}/${id} ${name}: ${value}, farm: ${doc[name]}`)
        }
        for (const id of there.keys()) if (!held.has(id)) wrong.push(`${phone.name} lacks ${table}/${id}`)
      }
    }
    const waiting = new Set(this.phones.flatMap((phone) => [...phone.attention.rows.keys()]))
    for (const key of this.made.keys()) {
      const [table, id] = key.split('/') as [string, string]
      const is = server.get(table)!.has(id)
      if (!is && !this.removed.has(key) && !waiting.has(key) && !this.saidBefore(table, server.get(table)!, key)) wrong.push(`${key} is lost`)
    }
    for (const table of ['groups', 'animals', 'events', 'measurements'])
      for (const id of server.get(table)!.keys())
        if (!this.made.has(`${table}/${id}`) && server.get(table)!.get(id)!.kind !== 'event.retracted') wrong.push(`${table}/${id} was made by nobody`)
    this.compareEdits(server.get('animals')!, waiting, wrong)
    const counts = Object.fromEntries([...server].map(([name, rows]) => [name, rows.size]))
    return { wrong, attention, problems: this.phones.map((phone) => [...phone.attention.rows].map(([key, { problem }]) => `${phone.name} ${key} ${problem.code} ${problem.detail}`)), counts, unsent: await this.phones[0]!.unsent() }
  }

  /** The same weight of one day, said by two: it is there once. */
  saidBefore(table: string, rows: Map<string, Fields>, key: string): boolean {
    const mine = this.made.get(key)!
    if (table !== 'measurements') return false
    return [...rows.values()].some((row) => ['animal_id', 'occurred_on', 'value'].every((name) => same(row[name], mine[name])))
  }

  /** A field holds a value that somebody gave it; one that a single phone edited holds that phone's last one. */
  compareEdits(animals: Map<string, Fields>, waiting: Set<string>, wrong: string[]): void {
    for (const [key, said] of this.said) {
      const [id, field] = key.split('/') as [string, string]
      const animal = animals.get(id)
      // whoever deleted it wanted none of its fields
      if (!animal || waiting.has(`animals/${id}`) || this.removed.has(`animals/${id}`)) continue
      const now = animal[field]
      const phones = new Set(said.map((one) => one.phone))
      const allowed = phones.size === 1 ? [said.at(-1)!.value] : said.map((one) => one.value)
      if (!allowed.some((value) => same(value, now!))) wrong.push(`animals/${id} ${field} is ${now}, said were ${said.map((one) => `${one.phone}:${one.value}`)}`)
    }
  }

  /** The farm, page by page. */
  async everything(): Promise<Map<string, Map<string, Fields>>> {
    const found = new Map<string, Map<string, Fields>>(NAMES.map((name) => [name, new Map()]))
    const farm = this.farm(0)
    let cursor: string | undefined
    for (;;) {
      const query = new URLSearchParams({ collections: NAMES.join(','), limit: '100', ...(cursor ? { cursor } : {}) })
      const page = await farm.json<{ documents: Change[]; cursor: string; has_more: boolean }>('GET', `changes?${query}`)
      for (const { collection, id, deleted, doc } of page.documents) {
        if (deleted) found.get(collection)!.delete(id)
        else found.get(collection)!.set(id, doc as Row & Fields)
      }
      cursor = page.cursor
      if (!page.has_more) return found
    }
  }
}

/** The network failed, or somebody was faster more often than a client tries. */
function isNetwork(error: unknown): boolean {
  if (error instanceof Lost || (error instanceof Refused && error.status === 409)) return true
  return /was lost|under way/.test(told(error))
}

/** With what caused it, which RxDB keeps among the parameters of its own errors. */
function told(error: unknown): string {
  const inner = JSON.stringify(error, (_, value) => (value instanceof Error ? { ...value, message: value.message } : value))
  return `${error instanceof Error ? error.stack : error} ${inner ?? ''}`
}

function same(one: Fields[string] | undefined, other: Fields[string] | undefined): boolean {
  if (one !== null && typeof one === 'object') {
    const there = (other ?? {}) as Record<string, unknown>
    return Object.entries(one).every(([name, value]) => there[name] === value)
  }
  return (one ?? null) === (other ?? null)
}

for (const line of (await Bun.stdin.text()).split('\n').filter(Boolean)) {
  const given = JSON.parse(line) as Given
  try {
    console.log(JSON.stringify(await new Schedule(given).run()))
  } catch (error) {
    console.log(JSON.stringify({ seed: given.seed, wrong: [told(error)] }))
  }
}
process.exit(0)
