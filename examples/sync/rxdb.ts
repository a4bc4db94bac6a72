// RxDB on a farm: `rev` tells documents apart, local edits are laid over the master's, rejected rows are put aside.

import type { RxCollection, RxConflictHandler, RxReplicationWriteToMasterRow, WithDeleted } from 'rxdb/plugins/core'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { Attention, type Farm, type Problem, type Row } from './farm'

export type Doc = Row & { rev?: number }
type Checkpoint = { seq: number; began: number }
type Master = WithDeleted<Doc> & { _rejected?: Problem; _made?: Record<string, unknown> }

/** Fields that a device may change, by collection; all others follow, or are said once. */
const EDITABLE: Record<string, string[]> = {
  animals: [
    ...['sex', 'fertility', 'birth_date', 'birth_date_confidence', 'birth_type', 'rear_type', 'drop_year'],
    ...['birth_group', 'breeds'],
  ],
  groups: ['name', 'purpose', 'drop_year'],
  identifiers: ['off_date'],
  paddocks: ['name'],
}

/** What rows were when they were made whose answers were lost: nobody else knows what was edited here since. */
const made = new Map<string, Record<string, unknown>>()

/** Start from the master, and lay over it what was changed here; RxDB's own handler would drop that. */
export function conflictHandlerOf(name: string): RxConflictHandler<Doc> {
  const editable = EDITABLE[name] ?? []
  return {
    isEqual: (one, other) => fields(one) === fields(other),
    resolve: ({ newDocumentState, assumedMasterState, realMasterState }) => {
      if (realMasterState._deleted || newDocumentState._deleted) return realMasterState
      const [mine, before] = [newDocumentState, assumedMasterState ?? made.get(newDocumentState.id) ?? {}] as Record<string, unknown>[]
      const edits = editable.filter((field) => JSON.stringify(mine![field] ?? null) !== JSON.stringify(before![field] ?? null))
      return { ...realMasterState, ...Object.fromEntries(edits.map((field) => [field, mine![field]])) }
    },
  }
}

/** What tells two documents apart: all but the fields of RxDB. */
function fields(doc: Record<string, unknown>): string {
  const told = Object.entries(bare(doc)).filter(([, value]) => value !== undefined && value !== null)
  return JSON.stringify(told.sort(([one], [other]) => (one < other ? -1 : 1)))
}

export class RxdbFarm {
  readonly attention = new Attention()
  /** What the farm has of rows that it did not take: RxDB takes them for pushed. */
  private readonly refused = new Map<string, Record<string, unknown> | undefined>()

  constructor(
    readonly farm: Farm,
    readonly collections: Record<string, RxCollection<Doc>>,
  ) {}

  /** Once through every collection, in the order in which they refer to each other. */
  async sync(): Promise<void> {
    for (const [name, collection] of Object.entries(this.collections)) await this.syncOne(name, collection)
  }

  private async syncOne(name: string, collection: RxCollection<Doc>): Promise<void> {
    const replication = replicateRxCollection<Doc, Checkpoint>({
      replicationIdentifier: `${this.farm.root}/${name}`,
      collection,
      // one that is not live cannot be cancelled before it has succeeded
      live: true,
      autoStart: true,
      waitForLeadership: false,
      retryTime: 50,
      pull: { batchSize: 1000, handler: (last, size) => this.pull(name, last, size) },
      push: { batchSize: 100, handler: (rows) => this.push(name, rows) },
    })
    const failed = new Promise<never>((_, reject) => {
      replication.error$.subscribe((error) => reject(error))
    })
    try {
      await Promise.race([replication.awaitInitialReplication().then(() => replication.awaitInSync()), failed])
    } finally {
      await replication.cancel()
    }
  }

  private async pull(name: string, last: Checkpoint | undefined, limit: number) {
    const query = new URLSearchParams({ limit: String(limit) })
    if (last) {
      query.set('seq', String(last.seq))
      query.set('began', String(last.began))
    }
    return await this.farm.json<{ documents: WithDeleted<Doc>[]; checkpoint: Checkpoint }>('GET', `rxdb/${name}?${query}`)
  }

  private async push(name: string, rows: RxReplicationWriteToMasterRow<Doc>[]): Promise<WithDeleted<Doc>[]> {
    const sent = rows.map(({ newDocumentState, assumedMasterState }) => {
      const key = `${name}/${newDocumentState.id}`
      const master = this.refused.has(key) ? this.refused.get(key) : assumedMasterState && bare(assumedMasterState)
      return { newDocumentState: bare(newDocumentState), ...(master ? { assumedMasterState: master } : {}) }
    })
    const masters = await this.farm.json<Master[]>('POST', `rxdb/${name}?device_id=${this.farm.deviceId}`, sent)
    for (const { id, _made } of masters) if (_made) made.set(id, _made)
    const rejected = new Map(masters.flatMap(({ id, _rejected }) => (_rejected ? [[id, _rejected] as const] : [])))
    for (const { newDocumentState, assumedMasterState } of sent) {
      const id = newDocumentState.id as string
      const problem = rejected.get(id)
      this.attention.take(name, id)
      this.refused.delete(`${name}/${id}`)
      if (!problem) continue
      this.attention.put(name, id, problem, newDocumentState)
      if (!newDocumentState._deleted) this.refused.set(`${name}/${id}`, assumedMasterState)
    }
    return masters.filter((master) => '_deleted' in master).map(({ _rejected, _made, ...master }) => master as WithDeleted<Doc>)
  }
}

/** Without RxDB's own fields. */
function bare(doc: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(doc).filter(([name]) => name === '_deleted' || !name.startsWith('_')))
}
